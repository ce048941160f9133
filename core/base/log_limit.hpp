#pragma once

// Lets the first of equal log messages through and counts the rest.
//
// Threads  One thread at a time.
// Limits   repeats_max equal messages of one source and level in window_ns; messages_max different
//          messages are remembered, the oldest is given up for a new one.
// Units    Nanoseconds of one steady clock.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/log.hpp"

namespace weir {

class LogLimiter {
 public:
  static constexpr std::uint64_t repeats_max = 5;
  static constexpr std::int64_t window_ns = 10'000'000'000;
  static constexpr std::size_t messages_max = 1024;
  static constexpr std::size_t text_bytes_max =
      256;  // What is remembered of a message, for saying it later.

  // Messages that were left out.
  struct LeftOut {
    std::string source, message;
    LogLevel level{LogLevel::info};
    std::uint64_t count{0};
  };

  // False when the line is to be left out. Call take() first, or an ended window still counts.
  bool admit(LogLevel level, std::string_view source, std::string_view message,
             std::int64_t now_ns);

  // What windows that ended by now (or all windows) have left out; those windows are forgotten.
  std::vector<LeftOut> take(std::int64_t now_ns, bool all);

  [[nodiscard]] std::size_t size() const { return windows_.size(); }

 private:
  struct Window {
    std::int64_t begin_ns{0};
    std::uint64_t seen{0};
    LeftOut left_out;
  };
  void forget_oldest();

  std::unordered_map<std::size_t, Window> windows_;  // By a hash of level, source and message.
  std::deque<std::size_t> order_;                    // Keys by age: all windows are of one length.
  std::vector<LeftOut> given_up_;  // Pushed out by newer ones; at most messages_max.
};

}  // namespace weir
