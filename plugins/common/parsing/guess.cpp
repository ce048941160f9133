#include "plugins/common/parsing/guess.hpp"

#include "plugins/common/parsing/digits.hpp"
#include "plugins/common/text/go_number.hpp"

namespace weir::common {
namespace {

// Digits, perhaps with a sign and a dot, few enough to be exact.
bool plain_number(std::string_view text, weir_field& to) {
  constexpr unsigned digits_max = 18;
  constexpr std::uint64_t exact = std::uint64_t{1} << 53U;
  const bool minus = text.front() == '-';
  Decimal d{};
  const char* const end = read_decimal(text.data() + (minus ? 1 : 0), d);
  if (end != text.data() + text.size() || d.digits == 0 || d.digits > digits_max) return false;
  const auto digits = static_cast<std::int64_t>(d.mantissa);
  if (!d.dot) return set_value(to, minus ? -digits : digits), true;
  if (d.mantissa >= exact) return false;
  const double number = static_cast<double>(digits) / pow10_exact[d.fraction];
  return set_value(to, minus ? -number : number), true;
}

// Can a number or a boolean begin so?
bool may_begin_value(char c) {
  constexpr std::string_view begins = "0123456789+-.iInNtTfF";
  return begins.find(c) != std::string_view::npos;
}

}  // namespace

bool guess_value(std::string_view text, weir_field& to) {
  if (text.empty() || !may_begin_value(text.front())) return false;
  if (plain_number(text, to)) return true;
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  if (parse_go_int(text, integer) == GoNumber::ok) {
    set_value(to, integer);
  } else if (parse_go_float(text, number) == GoNumber::ok) {
    set_value(to, number);
  } else if (parse_go_bool(text, boolean)) {
    set_value(to, boolean);
  } else {
    return false;
  }
  return true;
}

}  // namespace weir::common
