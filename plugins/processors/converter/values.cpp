#include "plugins/processors/converter/values.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "plugins/common/text/go_number.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::converter {
namespace {

using common::GoNumber;

bool round_to(double from, std::int64_t& to) {
  constexpr double beyond = 9223372036854775808.0;  // 2^63
  if (std::isnan(from)) return false;
  if (from >= beyond) {
    to = std::numeric_limits<std::int64_t>::max();
  } else if (from < -beyond) {
    to = std::numeric_limits<std::int64_t>::min();
  } else {
    to = static_cast<std::int64_t>(std::round(from));
  }
  return true;
}
bool round_to(double from, std::uint64_t& to) {
  constexpr double beyond = 18446744073709551616.0;  // 2^64
  if (std::isnan(from)) return false;
  if (from >= beyond) {
    to = std::numeric_limits<std::uint64_t>::max();
  } else {
    to = from < 0 ? 0 : static_cast<std::uint64_t>(std::round(from));
  }
  return true;
}

bool is_hex(std::string_view s) { return s.substr(0, 2) == "0x"; }

// Digits of base 16, all of them; a sign only for signed types.
template <typename T>
bool read_hex(std::string_view digits, T& to) {
  if (digits.substr(0, 1) == "+" && std::is_signed_v<T>) {
    digits.remove_prefix(1);
    if (digits.substr(0, 1) == "-") return false;
  }
  const auto got = std::from_chars(digits.data(), digits.data() + digits.size(), to, 16);
  return got.ec == std::errc() && got.ptr == digits.data() + digits.size();
}

// A whole hexadecimal number of any length; an underscore may stand before a digit.
bool read_big_hex(std::string_view digits, double& to) {
  std::string plain;
  bool digit_wanted = false;
  for (const char c : digits) {
    if (c == '_' && digit_wanted) return false;
    digit_wanted = c == '_';
    if (c != '_') plain += c;
  }
  if (plain.empty() || digit_wanted) return false;
  if (plain.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return false;
  const auto got =
      std::from_chars(plain.data(), plain.data() + plain.size(), to, std::chars_format::hex);
  if (got.ec == std::errc::result_out_of_range) to = std::numeric_limits<double>::infinity();
  return true;
}

// Value of a base64 character; 64 = none.
std::uint32_t sextet(char c) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = alphabet.find(c);
  return at == std::string_view::npos ? 64 : static_cast<std::uint32_t>(at);
}

void print(double v, std::string& to) {
  std::array<char, common::fixed_bytes> text{};
  if (std::isnan(v)) {
    to = "NaN";
  } else if (std::isinf(v)) {
    to = v < 0 ? "-Inf" : "+Inf";
  } else {
    to.assign(text.data(), common::print_fixed(text.data(), v));
  }
}

}  // namespace

bool to_integer_slow(const value& from, std::int64_t& to) {
  switch (from.type()) {
    case WEIR_I64: to = from.i64(); return true;
    case WEIR_U64:
      to = from.u64() >> 63U != 0 ? std::numeric_limits<std::int64_t>::max()
                                  : static_cast<std::int64_t>(from.u64());
      return true;
    case WEIR_F64: return round_to(from.f64(), to);
    case WEIR_BOOL: to = from.boolean() ? 1 : 0; return true;
    default: return text_to_integer(from.str(), to);
  }
}

bool to_unsigned(const value& from, std::uint64_t& to) {
  switch (from.type()) {
    case WEIR_I64: to = from.i64() < 0 ? 0 : static_cast<std::uint64_t>(from.i64()); return true;
    case WEIR_U64: to = from.u64(); return true;
    case WEIR_F64: return round_to(from.f64(), to);
    case WEIR_BOOL: to = from.boolean() ? 1 : 0; return true;
    default: return text_to_unsigned(from.str(), to);
  }
}

bool to_float(const value& from, double& to) {
  if (from.type() == WEIR_STRING) return text_to_float(from.str(), to);
  to = from.number();
  return true;
}

bool to_boolean(const value& from, bool& to) {
  if (from.type() == WEIR_STRING) return common::parse_go_bool(from.str(), to);
  to = from.type() == WEIR_U64 ? from.u64() != 0 : from.number() > 0;
  return true;
}

void to_text(const value& from, std::string& to) {
  std::array<char, common::number_bytes> text{};
  switch (from.type()) {
    case WEIR_I64: to.assign(text.data(), common::print_i64(text.data(), from.i64())); return;
    case WEIR_U64: to.assign(text.data(), common::print_u64(text.data(), from.u64())); return;
    case WEIR_F64: return print(from.f64(), to);
    case WEIR_BOOL: to = from.boolean() ? "true" : "false"; return;
    default: to = from.str();
  }
}

bool text_to_integer(std::string_view from, std::int64_t& to) {
  if (is_hex(from) ? read_hex(from.substr(2), to)
                   : common::parse_go_int(from, to) == GoNumber::ok) {
    return true;
  }
  double number = 0;
  return common::parse_go_float(from, number) == GoNumber::ok && round_to(number, to);
}

bool text_to_unsigned(std::string_view from, std::uint64_t& to) {
  if (is_hex(from) ? read_hex(from.substr(2), to)
                   : common::parse_go_uint(from, to) == GoNumber::ok) {
    return true;
  }
  double number = 0;
  return common::parse_go_float(from, number) == GoNumber::ok && round_to(number, to);
}

bool text_to_float(std::string_view from, double& to) {
  if (is_hex(from)) return read_big_hex(from.substr(2), to);
  return common::parse_go_float(from, to) == GoNumber::ok;
}

// Line breaks between the characters mean nothing.
bool base64_to_float(std::string_view from, double& to) {
  std::string plain;
  for (const char c : from) {
    if (c != '\r' && c != '\n') plain += c;
  }
  if (plain.size() != 8 || plain.substr(6) != "==") return false;
  std::uint64_t bits = 0;
  for (const char c : plain.substr(0, 6)) {
    const std::uint32_t six = sextet(c);
    if (six == 64) return false;
    bits = bits << 6U | six;
  }
  to = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits >> 4U)));
  return true;
}

}  // namespace weir::converter
