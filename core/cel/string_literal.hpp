#pragma once

// A text or bytes in quotes, with its escapes resolved.

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::cel {

struct StringLiteral {
  bool is_bytes{false};
  std::string text;
  std::size_t end{0};         // Behind the closing quotes; with a fault, behind what is wrong.
  std::string fault;          // Empty: none.
  std::size_t fault_from{0};  // Counted from the begin of the literal.
};

// The literal at the offset; one begins there.
[[nodiscard]] StringLiteral read_string_literal(std::string_view source, std::size_t offset);

}  // namespace weir::cel
