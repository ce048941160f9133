#include "core/cel/number_text.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace weir::cel {
namespace {

bool is_digit(char c, bool hex) {
  const char lower = static_cast<char>(c | 0x20);
  return (c >= '0' && c <= '9') || (hex && lower >= 'a' && lower <= 'f');
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

// Checks the grammar of a number and writes it down without underscores.
class NumberReader {
 public:
  NumberReader(std::string_view text, char* out) : text_(text), out_(out) {}

  bool run() {
    if (peek() == '+' || peek() == '-') copy();
    const std::string_view rest = text_.substr(at_);
    if (equal_ignoring_case(rest, "inf") || equal_ignoring_case(rest, "infinity") ||
        (at_ == 0 && equal_ignoring_case(rest, "nan"))) {
      return copy_rest();
    }
    const bool hex = peek() == '0' && at_ + 1 < text_.size() && (text_[at_ + 1] | 0x20) == 'x';
    if (hex) {
      copy();
      copy();
    }
    return mantissa(hex) && exponent(hex) && at_ == text_.size() && (*out_ = '\0', true);
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void copy() { *out_++ = text_[at_++]; }
  bool copy_rest() {
    while (at_ < text_.size()) copy();
    *out_ = '\0';
    return true;
  }
  // Digits, of which two may have an underscore between them.
  std::size_t digits(bool hex, bool after_prefix) {
    std::size_t n = 0;
    for (;; ++n) {
      const bool gap = peek() == '_' && (n != 0 || after_prefix) && at_ + 1 < text_.size() &&
                       is_digit(text_[at_ + 1], hex);
      if (gap) ++at_;
      if (!is_digit(peek(), hex)) return n;
      copy();
    }
  }
  bool mantissa(bool hex) {
    std::size_t n = digits(hex, hex);
    if (peek() == '.') {
      copy();
      n += digits(hex, false);
    }
    return n != 0;
  }
  bool exponent(bool hex) {
    if ((peek() | 0x20) != (hex ? 'p' : 'e')) return !hex;
    copy();
    if (peek() == '+' || peek() == '-') copy();
    return digits(false, false) != 0;
  }

  std::string_view text_;
  std::size_t at_{0};
  char* out_;
};

std::size_t copy_text(std::string_view text, char* out) { return text.copy(out, text.size()); }

}  // namespace

bool parse_floating(std::string_view text, char* room, double& number) {
  if (!NumberReader(text, room).run()) return false;
  number = std::strtod(room, nullptr);
  const bool written = (text.back() | 0x20) == 'f' || (text.back() | 0x20) == 'y';
  return !std::isinf(number) || written;
}

std::size_t print_floating(const Value& number, char* out) {
  if (std::isnan(number.f)) return copy_text("NaN", out);
  if (std::isinf(number.f)) return copy_text(number.f > 0 ? "+Inf" : "-Inf", out);
  const auto e =
      std::to_chars(out, out + floating_chars_max, number.f, std::chars_format::scientific);
  int exponent = 0;
  const char* at = e.ptr;
  while (at[-1] != 'e') --at;
  std::from_chars(*at == '+' ? at + 1 : at, e.ptr, exponent);
  const char* end =
      exponent < -4 || exponent >= 6
          ? e.ptr
          : std::to_chars(out, out + floating_chars_max, number.f, std::chars_format::fixed).ptr;
  return static_cast<std::size_t>(end - out);
}

std::size_t print_seconds(const Value& duration, char* out) {
  constexpr std::int64_t ns_per_s = 1'000'000'000;
  const std::int64_t whole = duration.i / ns_per_s;
  const std::int64_t rest = duration.i % ns_per_s;
  const double seconds = static_cast<double>(whole) + static_cast<double>(rest) / 1e9;
  char* end =
      std::to_chars(out, out + duration_chars_max - 1, seconds, std::chars_format::fixed).ptr;
  *end++ = 's';
  return static_cast<std::size_t>(end - out);
}

}  // namespace weir::cel
