#pragma once

// Buffers that were given back, kept for the next batch of their size: a fresh large buffer costs a system call and
// a page fault for each 4 KiB, which is more than what most batches cost otherwise. Large ones are mapped one by one:
// they live as long as a queue keeps them, and in a heap the holes between them would grow beyond the budget.
//
// Threads  Every member may be called from any thread.
// Limits   Keeps at most bytes_max bytes in at most kept_max buffers; trim(), called every second or so, frees
//          those that nobody needed since, so that a burst's memory goes back to the system.
//          bytes_max = 0: all buffers come from the heap and go back to it.
// Errors   take() returns nullptr when there is no memory.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace weir::queue {

class Recycler {
 public:
  static constexpr std::uint64_t alignment = 64;
  // Smaller ones are the allocator's business.
  static constexpr std::uint64_t large_bytes = 16 << 10;
  static constexpr std::size_t kept_max = 64;

  explicit Recycler(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}
  Recycler(const Recycler&) = delete;
  Recycler& operator=(const Recycler&) = delete;
  ~Recycler();

  // How many bytes a buffer of at least so many has: sizes near each other are made equal, at the price of an eighth.
  [[nodiscard]] static std::uint64_t size_of(std::uint64_t bytes);
  // A buffer of cap bytes, as size_of() gave them.
  [[nodiscard]] std::uint8_t* take(std::uint64_t cap);
  void put(std::uint8_t* data, std::uint64_t cap);
  void trim();
  [[nodiscard]] std::uint64_t kept_bytes();

 private:
  [[nodiscard]] bool maps(std::uint64_t cap) const { return bytes_max_ != 0 && cap >= large_bytes; }
  void release(std::uint8_t* data, std::uint64_t cap) const;

  struct Kept {
    std::uint8_t* data;
    std::uint64_t cap;
  };
  std::uint8_t* take_kept(std::uint64_t cap);

  const std::uint64_t bytes_max_;
  std::mutex mutex_;
  std::vector<Kept> kept_;  // The latest at the end.
  std::uint64_t kept_bytes_{0};
  std::size_t unneeded_{0};  // The fewest that were kept at any time since the last trim.
};

}  // namespace weir::queue
