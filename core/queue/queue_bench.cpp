// What a batch costs on its way through blocks and queues, with allocations and locks of a batch.

#include <cstring>

#include <benchmark/benchmark.h>

#include <weir/testing/counts.hpp>

#include "core/queue/budget.hpp"
#include "core/queue/memory_queue.hpp"

namespace weir::queue {
namespace {

constexpr std::uint32_t rows = 1500;
constexpr std::uint32_t rows_of_a_write = 1000;
constexpr std::uint64_t block_bytes = std::uint64_t{400} << 10U;

Budget& budget() {
  static Budget one(std::int64_t{1} << 30);
  return one;
}

Parcel parcel() {
  BlockRef block = BlockRef::make(budget(), block_bytes, Budget::Use::stage);
  weir_batch head{};
  head.n_rows = rows;
  std::memcpy(block->data(), &head, sizeof head);
  return Parcel::whole(std::move(block));
}

// Taken and given back, by one thread and by two: all of them share budget and recycler.
void block(benchmark::State& state) {
  for (int warm = 0; warm < 4; ++warm) benchmark::DoNotOptimize(parcel());
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(BlockRef::make(budget(), block_bytes, Budget::Use::stage));
  }
  if (state.threads() == 1) taken.report(state, state.iterations());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(block)->Threads(1)->Threads(2)->UseRealTime();

// Into an output's queue, and out of it in pieces of a write.
void queue(benchmark::State& state) {
  MemoryQueue queue(10'000, std::uint64_t{1} << 30U);
  const Parcel one = parcel();
  const auto pass = [&] {
    queue.push(one);
    while (!queue.empty()) benchmark::DoNotOptimize(queue.take(rows_of_a_write));
  };
  for (int warm = 0; warm < 100; ++warm) pass();
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) pass();
  taken.report(state, state.iterations());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(queue);

}  // namespace
}  // namespace weir::queue

BENCHMARK_MAIN();
