#pragma once

// A text that grows in the memory of an evaluation.
//
// Errors  Where the memory ends, the text is lost: value() then says so.

#include <string_view>

#include "core/cel/function.hpp"

namespace weir::cel {

class TextBuilder {
 public:
  // Takes room for up to so many bytes.
  TextBuilder(Memory& memory, std::size_t bytes_max)
      : memory_(memory), begin_(memory.chars(bytes_max)), end_(begin_) {}

  [[nodiscard]] bool good() const { return begin_ != nullptr; }
  void add(char c) {
    if (good()) *end_++ = c;
  }
  void add(std::string_view text) {
    if (good()) end_ += text.copy(end_, text.size());
  }
  // Gives back what was not used.
  [[nodiscard]] Value value(Kind kind = Kind::text) {
    if (!good()) return no_memory();
    const auto size = static_cast<std::size_t>(end_ - begin_);
    memory_.keep(begin_, size);
    const std::string_view made(begin_, size);
    return kind == Kind::text ? Value::of_text(made) : Value::of_bytes(made);
  }

 private:
  Memory& memory_;
  char *begin_, *end_;
};

}  // namespace weir::cel
