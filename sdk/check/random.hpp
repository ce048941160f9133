#pragma once

// Random data for tests, the same for the same seed on every machine.
//
// Threads  One thread per object.

#include <cstdint>
#include <string>
#include <string_view>

#include <weir/testing/lines.hpp>

namespace weir::check {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}

  std::uint64_t next();
  // 0 <= result < n; n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::int64_t between(std::int64_t least, std::int64_t most);
  // Letters and digits only: harmless wherever a plugin puts it.
  std::string word(std::size_t bytes_max);
  // Any bytes.
  std::string bytes(std::size_t bytes_max);
  // Text made of what formats are made of: digits, quotes, separators, brackets, line ends.
  std::string syntax(std::size_t bytes_max);
  // Metrics in the kit's text form: few names and keys, all types, extreme values, odd characters.
  testing::lines rows(std::size_t n);

 private:
  std::string row();
  std::string value();
  std::string text();
  std::uint64_t state_;
};

}  // namespace weir::check
