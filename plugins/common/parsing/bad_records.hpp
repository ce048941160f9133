#pragma once

// Records of a text that could not be read, as the host is told of them: the first reports_max of a
// text one by one, the others as a sum.
//
// Threads    One thread at a time.
// Ownership  Texts are lent for the call.

#include <cstdint>
#include <string>
#include <string_view>

#include <weir/sink.hpp>

namespace weir::common {

class BadRecords {
 public:
  static constexpr std::uint32_t reports_max = 16;
  static constexpr std::size_t excerpt_bytes_max = 128;

  struct Place {
    std::uint64_t offset = 0;  // from the begin of the message
    std::uint64_t line = 0;    // from 1; 0 = unknown
    std::uint32_t col = 0;     // bytes, from 1; 0 = unknown
  };

  // A text begins. delivery: the one it came with, 0 for an input of its own.
  void begin(const host& home, std::uint64_t delivery);
  // excerpt: the text from where the record, or its bad line, begins; only its first line is shown.
  void add(const Place& at, std::string_view reason, std::string_view excerpt);
  // The text ends: says how many records add() did not report.
  void end();
  // Bad records of the text so far.
  std::uint32_t count() const { return count_; }
  // The first of them in words: what is wrong, and where; empty where there is none.
  const std::string& first() const { return first_; }

 private:
  host home_;
  std::uint64_t delivery_ = 0;
  std::uint32_t count_ = 0;
  std::string first_;
};

}  // namespace weir::common
