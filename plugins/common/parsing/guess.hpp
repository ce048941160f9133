#pragma once

// What a text without a type is: an integer, else a number, else a boolean, as Go's strconv reads them.
//
// Limits     16 bytes behind the text may be read.

#include <string_view>

#include <weir/builder.hpp>

namespace weir::common {

// Sets type and value. False: it is text, and to is as it was.
bool guess_value(std::string_view text, weir_field& to);

inline void set_value(weir_field& f, std::int64_t v) {
  f.type = WEIR_I64;
  f.v.i = v;
}
inline void set_value(weir_field& f, double v) {
  f.type = WEIR_F64;
  f.v.f = v;
}
inline void set_value(weir_field& f, bool v) {
  f.type = WEIR_BOOL;
  f.v.u = v ? 1 : 0;
}

}  // namespace weir::common
