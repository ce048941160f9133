// What a batch of 1000 records costs on its way through the disk queue in /dev/shm: no disk, but all the rest.

#include <filesystem>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include <weir/testing/counts.hpp>

#include "core/base/crc32c.hpp"
#include "core/queue/disk_queue.hpp"
#include "core/queue/test_rows.hpp"

namespace weir::queue {
namespace {

constexpr std::uint32_t rows = 1000;
constexpr std::uint32_t text_bytes = 110;  // So that a batch has about 180 KB.
constexpr const char* directory = "/dev/shm/weir_disk_queue_bench";

Budget& budget() {
  static Budget one(std::int64_t{1} << 30);
  return one;
}

std::unique_ptr<DiskQueue> fresh(std::uint64_t cache_bytes) {
  std::filesystem::remove_all(directory);
  DiskQueue::Settings settings;
  settings.directory = directory;
  settings.owner = "bench";
  settings.max_bytes = 256 << 20;
  settings.cache_bytes = cache_bytes;
  DiskQueue::Recovery found;
  return DiskQueue::open(system_disk(), budget(), settings, found).value();
}

// One batch through the queue in each turn; with a cache of nothing it is read back and checked.
void pass(benchmark::State& state, std::uint64_t cache_bytes) {
  std::unique_ptr<DiskQueue> queue = fresh(cache_bytes);
  const Parcel batch = numbered_rows(budget(), 0, rows, text_bytes);
  std::string why;
  const auto turn = [&] {
    if (queue->append(batch, 1, "", why) != DiskQueue::Append::stored) std::abort();
    const auto taken = queue->take();
    if (!taken || !queue->done(taken.value().first + rows)) std::abort();
  };
  for (int warm = 0; warm < 500; ++warm) turn();
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) turn();
  taken.report(state, state.iterations());
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(state.iterations() * batch.block.batch()->total);
  queue.reset();
  std::filesystem::remove_all(directory);
}
void through_the_cache(benchmark::State& state) { pass(state, 8 << 20); }
void through_the_file(benchmark::State& state) { pass(state, 0); }
BENCHMARK(through_the_cache);
BENCHMARK(through_the_file);

// The kernel's own part of an append: the same bytes written to a file that is there.
void plain_write(benchmark::State& state) {
  std::filesystem::create_directories(directory);
  const auto file = system_disk().open(std::string(directory) + "/file", Disk::Mode::create);
  const Parcel batch = numbered_rows(budget(), 0, rows, text_bytes);
  const DiskFile::Bytes bytes(batch.block->data(), batch.block.batch()->total);
  constexpr std::uint64_t file_bytes = 8 << 20;
  if (!file.value()->allocate(file_bytes + bytes.size())) std::abort();
  std::uint64_t at = 0;
  for ([[maybe_unused]] auto _ : state) {
    if (!file.value()->write_one(bytes, at)) std::abort();
    at = (at + bytes.size()) % file_bytes;
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
  std::filesystem::remove_all(directory);
}
BENCHMARK(plain_write);

void checksum(benchmark::State& state) {
  const Parcel batch = numbered_rows(budget(), 0, rows, text_bytes);
  const std::uint32_t bytes = batch.block.batch()->total;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(crc32c(0, batch.block->data(), bytes));
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(checksum);

}  // namespace
}  // namespace weir::queue

BENCHMARK_MAIN();
