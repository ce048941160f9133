#pragma once

// Where an evaluation makes texts and lists: one room that is used again for every metric.
//
// Threads    One.
// Ownership  What was given is valid until reset().
// Errors     Nothing is left: nullptr.
// Limits     memory_bytes_max, allocated with the first use.

#include <cstddef>
#include <memory>

#include "core/cel/limits.hpp"
#include "core/cel/value.hpp"

namespace weir::cel {

class Memory {
 public:
  [[nodiscard]] char* chars(std::size_t n) { return static_cast<char*>(take(n)); }
  [[nodiscard]] Value* values(std::size_t n) {
    return n > memory_bytes_max ? nullptr : static_cast<Value*>(take(n * sizeof(Value)));
  }
  // Gives back the end of the piece that was taken last.
  void keep(const char* piece, std::size_t n);
  void reset() { used_ = 0; }

 private:
  void* take(std::size_t bytes);

  std::unique_ptr<Value[]> room_;
  std::size_t used_{0};  // Bytes; a multiple of the size of a Value.
};

}  // namespace weir::cel
