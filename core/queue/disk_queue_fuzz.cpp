#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/queue/disk_queue.hpp"
#include "core/queue/sim_disk.hpp"
#include "core/queue/test_rows.hpp"

// A directory of any bytes opens, or is refused with a message; it gives records in order, and it works afterwards.
//
// Input  The first byte says what the files are made of: a sound queue harmed by the other bytes, in quadruples of
//        file, offset (2 bytes) and new byte; or those bytes themselves, cut into files.

namespace {

using weir::queue::Budget;
using weir::queue::DiskQueue;
using weir::queue::numbered_rows;
using weir::queue::SimDisk;

const char* const raw_names[] = {"/q/queue", "/q/cursor", "/q/spare",
                                 "/q/0000000001-00000000000000000000.seg",
                                 "/q/0000000002-00000000000000000009.seg"};

DiskQueue::Settings settings() {
  DiskQueue::Settings s;
  s.directory = "/q";
  s.owner = "outputs.fuzz";
  s.max_bytes = 128 << 10;
  s.id = 1;
  return s;
}

void require(bool right) {
  if (!right) std::abort();
}

void append(DiskQueue& queue, Budget& budget, std::uint32_t n) {
  std::string why;
  const auto answer = queue.append(numbered_rows(budget, queue.appended(), n), 1, "m", why);
  require(answer == DiskQueue::Append::stored || answer == DiskQueue::Append::full);
}

void make_sound(SimDisk& disk, Budget& budget) {
  DiskQueue::Recovery found;
  auto queue = DiskQueue::open(disk, budget, settings(), found);
  require(queue.ok());
  for (std::uint32_t i = 1; i < 12; ++i) append(*queue.value(), budget, 4 * i);
  (void)queue.value()->take();
  (void)queue.value()->done(3);
}

void harm(SimDisk& disk, const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> files = disk.files();
  for (std::size_t i = 0; i + 4 <= size; i += 4) {
    const std::string& path = files[data[i] % files.size()];
    std::vector<std::uint8_t> bytes = disk.content(path);
    if (bytes.empty()) continue;
    bytes[(data[i + 1] | std::size_t{data[i + 2]} << 8U) % bytes.size()] = data[i + 3];
    disk.put(path, std::move(bytes));
  }
}

void put_raw(SimDisk& disk, const std::uint8_t* data, std::size_t size) {
  const std::size_t part = size / std::size(raw_names) + 1;
  for (const char* const name : raw_names) {
    const std::size_t n = std::min(part, size);
    disk.put(name, {data, data + n});
    data += n;
    size -= n;
  }
}

void use(SimDisk& disk, Budget& budget) {
  DiskQueue::Recovery found;
  auto opened = DiskQueue::open(disk, budget, settings(), found);
  if (!opened) {
    require(!opened.error().message.empty());
    return;
  }
  DiskQueue& queue = *opened.value();
  append(queue, budget, 5);
  std::uint64_t next = queue.done();
  while (true) {
    auto taken = queue.take();
    require(taken.ok());
    if (!taken.value().rows.block) break;
    require(taken.value().first >= next);
    next = taken.value().first + taken.value().rows.count();
    require(next <= queue.appended());
  }
  require(queue.done(queue.appended()).ok() && queue.records() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  SimDisk disk(1);
  Budget budget(std::int64_t{64} << 20U);
  (void)disk.make_directories("/q");
  if (data[0] % 4 == 0) {
    put_raw(disk, data + 1, size - 1);
  } else {
    make_sound(disk, budget);
    harm(disk, data + 1, size - 1);
  }
  use(disk, budget);
  use(disk, budget);
  return 0;
}
