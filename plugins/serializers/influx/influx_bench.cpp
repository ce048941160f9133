// What a row costs, in batches of 6000 rows with 4 tags, 4 floats and an integer each.

#include <cinttypes>
#include <string>

#include <benchmark/benchmark.h>

#include <weir/testing/null_host.hpp>

#include "plugins/serializers/influx/influx.hpp"

namespace {

constexpr std::uint32_t rows = 6000;

// Four quotients, so that they are what decimals read as, and an integer.
void add_values(weir::builder& b, std::uint32_t i, const std::uint32_t (&keys)[5]) {
  const std::uint32_t r = i * 2654435761U >> 7U;
  const double values[] = {(1000 + r % 8999) / 100.0, (1000 + r % 8999) / 1000.0,
                           (1000 + (r >> 2U) % 8999) / 100.0, (10000 + (r >> 4U) % 8999) / 10000.0};
  weir_field* f = b.fields(5);
  for (std::size_t k = 0; k < 5; ++k) {
    f[k] = weir_field{};
    f[k].key = keys[k];
    f[k].type = k < 4 ? WEIR_F64 : WEIR_I64;
    if (k < 4) {
      f[k].v.f = values[k];
    } else {
      f[k].v.i = 100'000'000'000 + i;
    }
  }
}

weir::testing::block_memory rows_of(std::uint32_t n_series) {
  weir::builder b;
  std::vector<std::uint32_t> ranges;
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint32_t r = i * 2654435761U >> 7U;
    char host[32];
    std::snprintf(host, sizeof host, "node-%08u", i % n_series);
    weir::string_table& s = b.strings();
    if (i < n_series) {
      const weir_tag tags[] = {{s.intern("cpu"), s.intern("cpu" + std::to_string(r % 64))},
                               {s.intern("dc"), s.intern("eu-west-" + std::to_string(r % 9))},
                               {s.intern("host"), s.intern(host)},
                               {s.intern("job"), s.intern("node_exporter")}};
      ranges.push_back(b.add_tags(tags, 4));
    }
    const auto id = [&](const char* key) { return s.intern(key); };
    const std::uint32_t keys[] = {id("usage_user"), id("usage_system"), id("usage_idle"),
                                  id("load"), id("seq")};
    b.add_row(id("cpu_node"), ranges[i % n_series], 4, 5, 1'700'000'000'000'000'000 + i);
    add_values(b, i, keys);
  }
  return weir::testing::sealed(b);
}

void serialize(benchmark::State& state) {
  const auto block = rows_of(static_cast<std::uint32_t>(state.range(0)));
  const weir::batch b(block.head());
  weir::testing::kept_buffer buffers;
  weir_buf buf = buffers.get(4U << 20U);
  weir::influx_lines::InfluxSerializer serializer;
  std::uint64_t bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    weir::text out(&buf, &buffers);
    serializer.begin_batch(b);
    for (const weir::row r : b) serializer.serialize(r, out);
    bytes += out.size();
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(serialize)->ArgName("series")->Arg(100)->Arg(1000)->Arg(rows);

}  // namespace

BENCHMARK_MAIN();
