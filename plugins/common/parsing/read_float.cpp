#include "plugins/common/parsing/read_float.hpp"

#include <cmath>

#include <fast_float/fast_float.h>

namespace weir::common::detail {

const char* read_float_slow(const char* p, const char* end, double& value) {
  const auto got = fast_float::from_chars(p, end, value);
  const bool whole = got.ec == std::errc() && got.ptr == end;
  return whole && std::isfinite(value) ? end : nullptr;
}

}  // namespace weir::common::detail
