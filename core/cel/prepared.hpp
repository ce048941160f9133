#pragma once

// Arguments that are costly to understand, regular expressions and time zones: a constant one is prepared when the
// expression is read; one that comes out of a metric is understood every time anew.
//
// Ownership  Values refer to what their Prepared keeps.

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include <weir/timezone.hpp>

#include "core/cel/value.hpp"

namespace weir::cel {

class Prepared {
 public:
  Prepared();
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared();

  // The prepared value, or an error with what is wrong in why.
  Value pattern(std::string_view text, std::string& why);
  Value zone(std::string_view name, std::string& why);

 private:
  std::deque<std::unique_ptr<re2::RE2>> patterns_;
  std::deque<time_zone> zones_;
};

// pattern: prepared, or a text. true, false or an error.
[[nodiscard]] Value matches(std::string_view text, const Value& pattern);

// zone: prepared, or a text such as "Europe/Berlin", "+02:00". Seconds east of UTC at that moment; an error where there
// is no such zone.
[[nodiscard]] Value zone_offset(const Value& zone, std::int64_t unix_s, std::int64_t& offset_s);

}  // namespace weir::cel
