#include "plugins/serializers/json/nested.hpp"

#include <array>
#include <map>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/text/go_number.hpp"
#include "plugins/common/text/json_string.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::json_lines {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_string(std::string_view text, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + common::json_string_bytes(text.size()));
  const char* const end = common::put_json_string(out.data() + begin, text);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

// A strict reader that writes while it reads.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool whole(std::string& out) {
    return value(out, 0) && (rest_ = common::skip_blanks(rest_)).empty();
  }

 private:
  bool take(char c) {
    rest_ = common::skip_blanks(rest_);
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view w, std::string& out) {
    if (!rest_.starts_with(w)) return false;
    rest_.remove_prefix(w.size());
    out += w;
    return true;
  }

  bool value(std::string& out, int level) {
    rest_ = common::skip_blanks(rest_);
    if (rest_.empty() || level > nested_levels_max) return false;
    switch (rest_[0]) {
      case '{': return object(out, level);
      case '[': return array(out, level);
      case '"': {
        std::string text;
        if (!string(text)) return false;
        append_string(text, out);
        return true;
      }
      case 't': return word("true", out);
      case 'f': return word("false", out);
      case 'n': return word("null", out);
      default: return number(out);
    }
  }

  bool object(std::string& out, int level) {
    std::map<std::string, std::string> members;
    take('{');
    for (bool first = true; !take('}'); first = false) {
      std::string key;
      if (!first && !take(',')) return false;
      rest_ = common::skip_blanks(rest_);
      if (!string(key) || !take(':')) return false;
      std::string& member = members[key];
      member.clear();
      if (!value(member, level + 1)) return false;
    }
    out += '{';
    for (const auto& [key, member] : members) {
      if (out.back() != '{') out += ',';
      append_string(key, out);
      out.append(":").append(member);
    }
    out += '}';
    return true;
  }
  bool array(std::string& out, int level) {
    take('[');
    out += '[';
    for (bool first = true; !take(']'); first = false) {
      if (!first && !take(',')) return false;
      if (!first) out += ',';
      if (!value(out, level + 1)) return false;
    }
    out += ']';
    return true;
  }

  // A string without control characters and with known escapes only.
  bool string(std::string& text) {
    if (rest_.empty() || rest_[0] != '"') return false;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (static_cast<unsigned char>(rest_[i]) < ' ') return false;
      if (rest_[i] == '\\' && !escape(++i)) return false;
    }
    if (i >= rest_.size()) return false;
    text = common::string_text(rest_.substr(0, i + 1));
    rest_.remove_prefix(i + 1);
    return true;
  }
  bool escape(std::size_t& i) {
    if (i >= rest_.size()) return false;
    if (rest_[i] != 'u')
      return std::string_view("\"\\/bfnrt").find(rest_[i]) != std::string_view::npos;
    for (int digit = 0; digit < 4; ++digit)
      if (++i >= rest_.size() ||
          std::string_view("0123456789abcdefABCDEF").find(rest_[i]) == std::string_view::npos)
        return false;
    return true;
  }

  std::size_t digits(std::size_t from) const {
    std::size_t i = from;
    while (i < rest_.size() && is_digit(rest_[i])) ++i;
    return i;
  }
  bool number(std::string& out) {
    std::size_t end = rest_[0] == '-' ? 1 : 0;
    const std::size_t whole = digits(end);
    if (whole == end || (rest_[end] == '0' && whole > end + 1)) return false;
    end = whole;
    if (end < rest_.size() && rest_[end] == '.') {
      if (digits(end + 1) == end + 1) return false;
      end = digits(end + 1);
    }
    if (end < rest_.size() && (rest_[end] | 0x20) == 'e') {
      const bool sign = end + 1 < rest_.size() && (rest_[end + 1] == '+' || rest_[end + 1] == '-');
      const std::size_t begin = end + (sign ? 2 : 1);
      if (digits(begin) == begin) return false;
      end = digits(begin);
    }
    double v = 0;
    if (common::parse_go_float(rest_.substr(0, end), v) != common::GoNumber::ok) return false;
    std::array<char, common::fixed_bytes> text{};
    out.append(text.data(), common::print_json_float(text.data(), v));
    rest_.remove_prefix(end);
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool append_nested(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  if (Reader(text).whole(out)) return true;
  out.resize(before);
  return false;
}

}  // namespace weir::json_lines
