#pragma once

// Wakes a thread: by ring(), or by a library that writes eight bytes to the descriptor.
//
// Threads  One thread waits; ring() from any.

#include <cstdint>

namespace weir::common {

class Doorbell {
 public:
  static constexpr std::uint64_t once = 1;  // what to write

  Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  ~Doorbell();
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void ring() const;
  // Returns when it rang since the last wait(), or after that long.
  void wait(int timeout_ms) const;
  // The same, and when the other descriptor is ready for these events of poll().
  void wait(int other, short events, int timeout_ms) const;

 private:
  int descriptor_;
};

}  // namespace weir::common
