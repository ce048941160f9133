// What a record costs: documents of 1000 rows with 4 tags and 5 numbers each, as a batch of an output has them.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <weir/testing/null_host.hpp>

#include "plugins/serializers/prometheusremotewrite/prometheusremotewrite.hpp"

namespace {

constexpr std::uint32_t rows = 1000;

weir::testing::block_memory rows_of(std::uint32_t first) {
  weir::builder b;
  for (std::uint32_t i = first; i < first + rows; ++i) {
    b.metric("cpu_node");
    b.tag("cpu", "cpu" + std::to_string(i % 64)).tag("dc", "eu-west-" + std::to_string(i % 9));
    b.tag("host", "node-" + std::to_string(10'000'000 + i)).tag("job", "node_exporter");
    b.field("usage_user", i / 100.0).field("usage_system", i / 1000.0).field("usage_idle", i / 7.0);
    b.field("load", i / 10'000.0).field("seq", std::int64_t{100'000'000'000} + i);
    b.time(1'700'000'000'000'000'000 + i);
  }
  return weir::testing::sealed(b);
}

// As many series as the argument says, one document after the other.
void serialize(benchmark::State& state) {
  std::vector<weir::testing::block_memory> blocks;
  blocks.reserve(static_cast<std::size_t>(state.range(0)) / rows);
  for (std::uint32_t i = 0; i < state.range(0) / rows; ++i) blocks.push_back(rows_of(i * rows));
  weir::testing::kept_buffer buffers;
  weir_buf buf = buffers.get(std::uint64_t{8} << 20U);
  const weir::testing::null_host host;
  weir::remote_write::RemoteWriteSerializer serializer;
  serializer.self = host.home();
  serializer.init();
  std::uint64_t bytes = 0;
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    const weir::batch b(blocks[next++ % blocks.size()].head());
    weir::text out(&buf, &buffers);
    serializer.begin_batch(b);
    serializer.serialize_document(b, out);
    bytes += out.size();
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(serialize)->ArgName("series")->Arg(rows)->Arg(10 * rows);

}  // namespace

BENCHMARK_MAIN();
