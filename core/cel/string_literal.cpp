#include "core/cel/string_literal.hpp"

#include <cstdint>
#include <optional>

namespace weir::cel {
namespace {

constexpr std::size_t npos = std::string_view::npos;

void append_code_point(std::string& to, std::uint32_t code) {
  const auto byte = [&to](std::uint32_t b) { to += static_cast<char>(b); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0U | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xe0U | code >> 12);
    } else {
      byte(0xf0U | code >> 18);
      byte(0x80U | (code >> 12 & 0x3fU));
    }
    byte(0x80U | (code >> 6 & 0x3fU));
  }
  byte(0x80U | (code & 0x3fU));
}

std::uint32_t digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<std::uint32_t>(lower - 'a') + 10 : 16;
}

class Reader {
 public:
  Reader(std::string_view source, std::size_t offset)
      : source_(source), begin_(offset), at_(offset) {}

  StringLiteral run() {
    prefix();
    const std::string_view quote = opening();
    at_ += quote.size();
    while (at_ < source_.size() && source_.substr(at_, quote.size()) != quote) {
      if (!character(quote.size() == 3)) return out_;
    }
    if (at_ >= source_.size()) return unclosed(quote);
    out_.end = at_ + quote.size();
    return out_;
  }

 private:
  void prefix() {
    if ((source_[at_] | 0x20) == 'b') {
      out_.is_bytes = true;
      ++at_;
    }
    if ((source_[at_] | 0x20) == 'r') {
      raw_ = true;
      ++at_;
    }
  }
  [[nodiscard]] std::string_view opening() const {
    const std::string_view three = source_.substr(at_, 3);
    const bool is_long = three.size() == 3 && three[0] == three[1] && three[1] == three[2];
    return is_long ? three : three.substr(0, 1);
  }

  bool character(bool is_long) {
    const char c = source_[at_];
    if (c == '\\' && !raw_) return escape();
    if ((c == '\n' || c == '\r') && !is_long) {
      return fail(at_, at_, "the text has no closing quote in its line");
    }
    out_.text += c;
    ++at_;
    return true;
  }

  bool escape() {
    static constexpr std::string_view letters = "abfnrtv\\'\"?`";
    static constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\'\"?`";
    const char c = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
    const std::size_t known = letters.find(c);
    if (known != npos) {
      out_.text += meanings[known];
      at_ += 2;
      return true;
    }
    if (c == 'x' || c == 'X') return code(2, 2, 16, true);
    if (c == 'u') return code(2, 4, 16, false);
    if (c == 'U') return code(2, 8, 16, false);
    if (c >= '0' && c <= '3') return code(1, 3, 8, true);
    return fail(at_, at_ + 2, "unknown escape");
  }

  // skip: bytes in front of the digits. octet: in bytes it means a byte.
  bool code(std::size_t skip, std::size_t digits, std::uint32_t base, bool octet) {
    const auto read = digits_at(at_ + skip, digits, base);
    const std::size_t end = at_ + skip + digits;
    if (!read) return fail(at_, end, "the escape needs " + std::to_string(digits) + " digits");
    if (out_.is_bytes && !octet) return fail(at_, end, "bytes have no characters: write \\x..");
    const bool surrogate = *read >= 0xd800 && *read < 0xe000;
    if (surrogate || *read > 0x10ffff) return fail(at_, end, "there is no such character");
    if (out_.is_bytes) {
      out_.text += static_cast<char>(*read);
    } else {
      append_code_point(out_.text, *read);
    }
    at_ = end;
    return true;
  }
  [[nodiscard]] std::optional<std::uint32_t> digits_at(std::size_t at, std::size_t n,
                                                       std::uint32_t base) const {
    if (at + n > source_.size()) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : source_.substr(at, n)) {
      if (digit_of(c) >= base) return std::nullopt;
      value = value * base + digit_of(c);
    }
    return value;
  }

  StringLiteral unclosed(std::string_view quote) {
    fail(begin_, at_, quote.size() == 3 ? "the long text is not closed" : "the text is not closed");
    return out_;
  }
  bool fail(std::size_t from, std::size_t end, std::string message) {
    out_.fault = std::move(message);
    out_.fault_from = from - begin_;
    out_.end = std::min(std::max(end, from + 1), source_.size());
    return false;
  }

  std::string_view source_;
  std::size_t begin_, at_;
  bool raw_{false};
  StringLiteral out_;
};

}  // namespace

StringLiteral read_string_literal(std::string_view source, std::size_t offset) {
  return Reader(source, offset).run();
}

}  // namespace weir::cel
