#include "core/base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <utility>

namespace weir {
namespace {

__extension__ typedef unsigned __int128 Unit128;  // Intermediate products only.

struct NamedUnit {
  std::string_view name;
  std::int64_t ns;
};
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t hour_ns = 3600 * second_ns;
constexpr std::array<NamedUnit, 8> go_units{{{"ns", 1},
                                             {"us", 1'000},
                                             {"\xc2\xb5s", 1'000},
                                             {"\xce\xbcs", 1'000},
                                             {"ms", 1'000'000},
                                             {"s", second_ns},
                                             {"m", 60 * second_ns},
                                             {"h", hour_ns}}};
constexpr std::uint64_t positive_max = std::numeric_limits<std::int64_t>::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error bad_duration(std::string_view text) {
  return {ErrorKind::bad_config,
          "\"" + std::string(text) +
              "\" is not a duration; write it like \"10s\", \"1h30m\" or \"100ms\""};
}
Error bad_size(std::string_view text) {
  return {
      ErrorKind::bad_config,
      "\"" + std::string(text) + "\" is not a size; write it like \"64KiB\", \"10MB\" or 1048576"};
}

// A decimal number: whole part, and the fraction as digits over a power of ten.
struct Decimal {
  std::uint64_t whole{0}, fraction{0}, scale{1};
};

// Takes digits off the text into value; digits that no longer fit fail, or are ignored in a
// fraction.
bool take_digits(std::string_view& text, std::uint64_t& value, std::uint64_t* scale) {
  for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1)) {
    const bool room =
        value <= positive_max / 10 && (scale == nullptr || *scale <= positive_max / 10);
    if (!room && scale == nullptr) return false;
    if (!room) continue;
    value = value * 10 + static_cast<std::uint64_t>(text[0] - '0');
    if (scale != nullptr) *scale *= 10;
  }
  return true;
}

bool take_decimal(std::string_view& text, Decimal& out) {
  const std::size_t before = text.size();
  if (!take_digits(text, out.whole, nullptr)) return false;
  std::size_t digits = before - text.size();
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    const std::size_t fraction = text.size();
    take_digits(text, out.fraction, &out.scale);
    digits += fraction - text.size();
  }
  return digits != 0;
}

std::optional<std::uint64_t> times(const Decimal& d, std::int64_t unit) {
  const auto by = static_cast<std::uint64_t>(unit);
  const Unit128 product = Unit128{d.whole} * by + Unit128{d.fraction} * by / d.scale;
  if (product > positive_max) return std::nullopt;
  return static_cast<std::uint64_t>(product);
}

// The unit's text: everything up to the next digit or point.
std::string_view take_unit(std::string_view& text) {
  const std::size_t n = std::min(text.find_first_of(".0123456789"), text.size());
  const std::string_view unit = text.substr(0, n);
  text.remove_prefix(n);
  return unit;
}

std::optional<std::int64_t> unit_ns(std::string_view name, bool days) {
  if (days && name == "d") return 24 * hour_ns;
  const auto* at = std::find_if(go_units.begin(), go_units.end(),
                                [&](const NamedUnit& u) { return u.name == name; });
  if (at == go_units.end()) return std::nullopt;
  return at->ns;
}

std::optional<std::int64_t> read_duration(std::string_view text, bool days) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    Decimal number;
    if (!take_decimal(text, number)) return std::nullopt;
    const auto unit = unit_ns(take_unit(text), days);
    const auto part = unit ? times(number, *unit) : std::nullopt;
    if (!part || total + *part > positive_max) return std::nullopt;
    total += *part;
  }
  const auto ns = static_cast<std::int64_t>(total);
  return negative ? -ns : ns;
}

// A bare number counts seconds.
std::optional<std::int64_t> read_seconds(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t whole = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  if (const auto r = std::from_chars(begin, end, whole); r.ec == std::errc() && r.ptr == end) {
    if (whole > INT64_MAX / second_ns || whole < INT64_MIN / second_ns) return std::nullopt;
    return whole * second_ns;
  }
  double number = 0;
  const auto r = std::from_chars(begin, end, number);
  if (r.ec != std::errc() || r.ptr != end || !(std::fabs(number) < 9.2e9)) return std::nullopt;
  return static_cast<std::int64_t>(number * static_cast<double>(second_ns));
}

std::optional<std::int64_t> size_unit(std::string_view name) {
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (name.empty() || name == "B") return 1;
  const std::size_t power = std::string_view("KMGTPE").find(name[0] == 'k' ? 'K' : name[0]);
  const std::string_view suffix = name.substr(1);
  if (power == std::string_view::npos || (suffix != "B" && suffix != "iB")) return std::nullopt;
  std::int64_t unit = 1;
  for (std::size_t i = 0; i <= power; ++i) unit *= suffix == "iB" ? 1024 : 1000;
  return unit;
}

}  // namespace

Result<std::int64_t> parse_go_duration(std::string_view text) {
  if (const auto ns = read_duration(text, false)) return *ns;
  return bad_duration(text);
}

Result<std::int64_t> parse_duration(std::string_view text) {
  if (text.empty()) return std::int64_t{0};
  if (const auto ns = read_seconds(text)) return *ns;
  if (const auto ns = read_duration(text, true)) return *ns;
  return bad_duration(text);
}

Result<std::int64_t> parse_size(std::string_view text) {
  if (text.empty()) return std::int64_t{0};
  std::string_view rest = text;
  std::uint64_t total = 0;
  while (!rest.empty()) {
    Decimal number;
    if (!take_decimal(rest, number)) return bad_size(text);
    const auto unit = size_unit(take_unit(rest));
    const auto part = unit ? times(number, *unit) : std::nullopt;
    if (!part || total + *part > positive_max) return bad_size(text);
    total += *part;
  }
  return static_cast<std::int64_t>(total);
}

std::string print_duration(std::int64_t ns) {
  if (ns == 0) return "0s";
  std::string out = ns < 0 ? "-" : "";
  std::uint64_t rest = ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  constexpr std::array<std::pair<const char*, std::int64_t>, 6> units{{{"h", hour_ns},
                                                                       {"m", 60 * second_ns},
                                                                       {"s", second_ns},
                                                                       {"ms", 1'000'000},
                                                                       {"us", 1'000},
                                                                       {"ns", 1}}};
  for (const auto& [name, unit] : units) {
    const std::uint64_t count = rest / static_cast<std::uint64_t>(unit);
    rest %= static_cast<std::uint64_t>(unit);
    if (count != 0) out += std::to_string(count) + name;
  }
  return out;
}

std::string print_size(std::int64_t bytes) {
  constexpr std::array<const char*, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (std::fabs(value) >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  const bool whole = value == std::floor(value);
  std::snprintf(text.data(), text.size(), whole ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text.data();
}

}  // namespace weir
