// What a record costs: known series, and every series new. Prints ns per record as the item time.

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include <weir/testing/null_host.hpp>

#include "plugins/common/line_protocol/reader.hpp"

namespace {

constexpr std::size_t chunk_bytes = std::size_t{256} << 10U;

// 172 bytes a line: 4 tags, 4 floats, 1 integer.
void append_line(std::string& to, std::uint64_t series, std::uint64_t seq) {
  char line[512];
  const auto r = static_cast<unsigned>((series * 2654435761U + seq * 40503U) >> 7U);
  const auto fixed = static_cast<unsigned>((series * 2654435761U) >> 7U);
  const int n = std::snprintf(
      line, sizeof line,
      "cpu_node,host=node-%08" PRIu64
      ",dc=eu-west-%u,job=node_exporter,cpu=cpu%02u usage_user=%.2f,usage_system=%.3f,"
      "usage_idle=%.2f,load=%.4f,seq=%012" PRIu64 "i 17000000%011" PRIu64 "\n",
      series, fixed % 9 + 1, (fixed >> 3U) % 64, 10 + r % 8999 / 100.0, 1 + r % 8999 / 1000.0,
      10 + (r >> 2U) % 8999 / 100.0, 1 + (r >> 4U) % 8999 / 10000.0, 100000000000 + seq,
      seq % 100000000000);
  to.append(line, static_cast<std::size_t>(n));
}

std::string lines(std::uint64_t first_series, std::uint64_t n_series, std::uint64_t n) {
  std::string text;
  for (std::uint64_t i = 0; i < n; ++i) append_line(text, first_series + i % n_series, i);
  return text;
}

// Reads text in pieces, as a connection hands it over.
void read_all(weir::influx::Reader& reader, weir::sink& out, const std::string& text) {
  alignas(64) static weir_batch head{};
  static weir_row raw{};
  const weir::row from(weir::block(&head), raw);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view piece = std::string_view(text).substr(at, chunk_bytes);
    const bool last = at + piece.size() == text.size();
    at += reader.read({piece, from, true, last, 1}, out);
    benchmark::DoNotOptimize(out.emit());
  }
}

void known_series(benchmark::State& state) {
  weir::testing::null_host host;
  weir::sink out{host.home()};
  weir::influx::Reader reader(weir::influx::Dialect(state.range(1) != 0), 1);
  const auto n_series = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t n = std::max<std::uint64_t>(n_series, 20000);
  const std::string text = lines(0, n_series, n);
  for (int warm = 0; warm < 3; ++warm) read_all(reader, out, text);
  for ([[maybe_unused]] auto _ : state) read_all(reader, out, text);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  if (host.bad() != 0) state.SkipWithError("bad records");
}
BENCHMARK(known_series)
    ->ArgNames({"series", "upstream"})
    ->Args({100, 0})
    ->Args({10000, 0})
    ->Args({10000, 1})
    ->Args({60000, 0});

void new_series(benchmark::State& state) {
  weir::testing::null_host host;
  weir::sink out{host.home()};
  weir::influx::Reader reader(weir::influx::Dialect(false), 1);
  constexpr std::uint64_t n = 20000;
  std::uint64_t first = 0;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::string text = lines(first, n, n);
    first += n;
    state.ResumeTiming();
    read_all(reader, out, text);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
}
BENCHMARK(new_series);

// One line a message, as tail and message queues have it.
void one_line_messages(benchmark::State& state) {
  weir::testing::null_host host;
  weir::sink out{host.home()};
  weir::influx::Reader reader(weir::influx::Dialect(false), 1);
  alignas(64) static weir_batch head{};
  static weir_row raw{};
  const weir::row from(weir::block(&head), raw);
  const std::string text = lines(0, 10000, 10000);
  const auto read_messages = [&] {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      reader.read({std::string_view(text).substr(at, end - at), from, false, true, 1}, out);
      at = end + 1;
    }
    benchmark::DoNotOptimize(out.emit());
  };
  for (int warm = 0; warm < 3; ++warm) read_messages();
  for ([[maybe_unused]] auto _ : state) read_messages();
  state.SetItemsProcessed(state.iterations() * 10000);
}
BENCHMARK(one_line_messages);

}  // namespace

BENCHMARK_MAIN();
