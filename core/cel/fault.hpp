#pragma once

// Why an expression is not accepted, and where.
//
// Units  Bytes of the expression's text.

#include <cstdint>
#include <string>

namespace weir::cel {

struct Fault {
  std::uint32_t offset{0}, length{0};
  std::string message;  // Empty: none.
  std::string hint;     // What to write instead; may be empty.
};

}  // namespace weir::cel
