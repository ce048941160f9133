// What a sample costs: a scrape of many series that is the same but for its values, and one in which
// every series is new. Prints ns per sample as the item time.

#include <cinttypes>
#include <cstdio>
#include <string>

#include <benchmark/benchmark.h>

#include <weir/testing/null_host.hpp>

#include "plugins/common/exposition/text_reader.hpp"

namespace {

using weir::exposition::Format;
using weir::exposition::TextReader;

// 100 counters a family, 4 labels each, 112 bytes a line.
std::string counters(std::uint64_t first, std::uint64_t n) {
  std::string text;
  char line[512];
  for (std::uint64_t k = first; k < first + n; ++k) {
    int len = 0;
    if (k % 100 == 0) {
      len = std::snprintf(line, sizeof line,
                          "# HELP bench_metric_%04" PRIu64
                          "_total Synthetic counter.\n# TYPE bench_metric_%04" PRIu64
                          "_total counter\n",
                          k / 100, k / 100);
      text.append(line, static_cast<std::size_t>(len));
    }
    len = std::snprintf(line, sizeof line,
                        "bench_metric_%04" PRIu64
                        "_total{method=\"GET\",path=\"/api/v1/items/%02" PRIu64
                        "\",code=\"200\",pod=\"checkout-%05" PRIu64 "\"} %" PRIu64 ".5\n",
                        k / 100, k % 100, k * 7919 % 99999, k * 31);
    text.append(line, static_cast<std::size_t>(len));
  }
  return text;
}

// Histograms of 12 buckets.
std::string histograms(std::uint64_t n) {
  std::string text = "# TYPE request_duration_seconds histogram\n";
  char line[512];
  const auto put = [&](const char* part, const std::string& labels, std::uint64_t value) {
    const int len = std::snprintf(line, sizeof line,
                                  "request_duration_seconds_%s{handler=\"/api/v1/%s} %" PRIu64 "\n",
                                  part, labels.c_str(), value);
    text.append(line, static_cast<std::size_t>(len));
  };
  constexpr const char* bounds[] = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                    "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
  for (std::uint64_t k = 0; k < n; ++k) {
    const std::string handler = std::to_string(k) + "\"";
    for (const char* bound : bounds) put("bucket", handler + ",le=\"" + bound + "\"", k * 17);
    put("sum", handler, k * 3);
    put("count", handler, k * 17);
  }
  return text;
}

void read_again(benchmark::State& state, const std::string& text, std::int64_t samples) {
  weir::testing::null_host host;
  weir::sink out{host.home()};
  Format format;
  format.per_family = state.range(0) == 1;
  TextReader reader(format);
  const auto read = [&] {
    reader.read({text, weir::testing::null_host::now_ns, 0, true}, out);
    benchmark::DoNotOptimize(out.emit());
  };
  for (int warm = 0; warm < 2; ++warm) read();
  for ([[maybe_unused]] auto _ : state) read();
  state.SetItemsProcessed(state.iterations() * samples);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  if (host.bad() != 0) state.SkipWithError("bad lines");
}

void known_counters(benchmark::State& state) { read_again(state, counters(0, 50000), 50000); }
BENCHMARK(known_counters)->ArgName("version")->Arg(1)->Arg(2);

void few_counters(benchmark::State& state) { read_again(state, counters(0, 500), 500); }
BENCHMARK(few_counters)->ArgName("version")->Arg(1)->Arg(2);

void known_histograms(benchmark::State& state) { read_again(state, histograms(1000), 14000); }
BENCHMARK(known_histograms)->ArgName("version")->Arg(1)->Arg(2);

void new_counters(benchmark::State& state) {
  weir::testing::null_host host;
  weir::sink out{host.home()};
  TextReader reader(Format{});
  constexpr std::uint64_t n = 20000;
  std::uint64_t first = 0;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::string text = counters(first, n);
    first += n;
    state.ResumeTiming();
    reader.read({text, weir::testing::null_host::now_ns, 0, true}, out);
    benchmark::DoNotOptimize(out.emit());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
}
BENCHMARK(new_counters)->Iterations(20);

}  // namespace

BENCHMARK_MAIN();
