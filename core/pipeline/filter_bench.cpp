// What selecting costs a row, with allocations and locks of a row: 1,500 rows of 500 series, of which half pass.

#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <weir/testing/counts.hpp>
#include <weir/testing/lines.hpp>

#include "core/base/manual_clock.hpp"
#include "core/pipeline/filter.hpp"

namespace weir::pipeline {
namespace {

constexpr int rows = 1500;
constexpr int series = 500;

queue::Parcel parcel() {
  static queue::Budget budget(std::int64_t{1} << 30);
  std::vector<std::string> lines;
  lines.reserve(rows);
  for (int i = 0; i < rows; ++i) {
    lines.push_back((i % 2 == 0 ? "cpu" : "mem") + (",dc=eu-" + std::to_string(i % 2)) +
                    ",host=node-" + std::to_string(i % series) + " load=" + std::to_string(i % 2) +
                    ".5,seq=" + std::to_string(i) + "i 1000000000");
  }
  const auto made = weir::testing::make_batch(lines, 0);
  auto block = queue::BlockRef::make(budget, made.size(), queue::Budget::Use::forced);
  std::memcpy(block->data(), made.data(), made.size());
  return queue::Parcel::whole(std::move(block));
}

void judge(benchmark::State& state, const config::FilterSettings& settings) {
  const ManualClock clock;
  const auto select = Select::compile(settings, {clock, Logger("bench")});
  if (!select.ok()) return state.SkipWithError(select.error().message.c_str());
  const queue::Parcel offered = parcel();
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(select.value().judge(offered));
  }
  taken.report(state, state.iterations() * rows);
  state.SetItemsProcessed(state.iterations() * rows);
}

void namepass(benchmark::State& state) {
  config::FilterSettings settings;
  settings.namepass = {"c*"};
  judge(state, settings);
}
BENCHMARK(namepass);

void tagpass(benchmark::State& state) {
  config::FilterSettings settings;
  settings.tagpass = {{"dc", {"eu-1"}}};
  judge(state, settings);
}
BENCHMARK(tagpass);

void metricpass(benchmark::State& state) {
  config::FilterSettings settings;
  settings.metricpass = "name == 'cpu' && fields.load < 1.0";
  judge(state, settings);
}
BENCHMARK(metricpass);

}  // namespace
}  // namespace weir::pipeline

BENCHMARK_MAIN();
