#pragma once

// Memory that is only given back all at once.
//
// Threads    One thread at a time.
// Errors     std::bad_alloc.

#include <cstddef>
#include <memory>
#include <vector>

namespace weir::common {

class Arena {
 public:
  // n bytes and 16 more that may be read, aligned for pointers.
  char* take(std::size_t n);
  void clear();
  // What the chunks take.
  std::size_t bytes() const { return bytes_; }
  // What they will take after take(n).
  std::size_t bytes_after(std::size_t n) const;

 private:
  static constexpr std::size_t chunk_bytes = std::size_t{64} << 10U;
  static std::size_t rounded(std::size_t n) { return ((n + 15) & ~std::size_t{15}) + 16; }
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace weir::common
