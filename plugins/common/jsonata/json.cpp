#include "plugins/common/jsonata/json.hpp"

#include <array>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/jsonata/function.hpp"
#include "plugins/common/text/go_number.hpp"
#include "plugins/common/text/json_string.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::jsonata {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  Reader(Budget& budget, std::string_view text, Whole whole)
      : budget_(budget), rest_(text), whole_(whole) {}

  bool whole(Value& out) { return value(out, 0) && (rest_ = common::skip_blanks(rest_)).empty(); }

 private:
  bool take(char c) {
    rest_ = common::skip_blanks(rest_);
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view w, Value v, Value& out) {
    if (!rest_.starts_with(w)) return false;
    rest_.remove_prefix(w.size());
    out = std::move(v);
    return true;
  }

  bool value(Value& out, int level) {
    rest_ = common::skip_blanks(rest_);
    if (rest_.empty() || level > read_levels_max) return false;
    switch (rest_[0]) {
      case '{': return object(out, level);
      case '[': return array(out, level);
      case '"': return text(out);
      case 't': return word("true", Value::boolean(true), out);
      case 'f': return word("false", Value::boolean(false), out);
      case 'n': return word("null", Value::null(), out);
      default: return number(out);
    }
  }

  bool object(Value& out, int level) {
    Members members;
    take('{');
    for (bool first = true; !take('}'); first = false) {
      std::string key;
      if (!first && !take(',')) return false;
      rest_ = common::skip_blanks(rest_);
      if (!string(key) || !take(':')) return false;
      Value member;
      if (!value(member, level + 1)) return false;
      members.insert_or_assign(std::move(key), std::move(member));
    }
    out = make_object(budget_, std::move(members));
    return true;
  }
  bool array(Value& out, int level) {
    Items items;
    take('[');
    for (bool first = true; !take(']'); first = false) {
      if (!first && !take(',')) return false;
      if (!value(items.emplace_back(), level + 1)) return false;
    }
    out = make_array(budget_, std::move(items));
    return true;
  }

  bool text(Value& out) {
    std::string s;
    if (!string(s)) return false;
    out = make_text(budget_, std::move(s));
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
    if (rest_[i] != 'u') {
      return std::string_view("\"\\/bfnrt").find(rest_[i]) != std::string_view::npos;
    }
    for (int digit = 0; digit < 4; ++digit) {
      if (++i >= rest_.size() ||
          std::string_view("0123456789abcdefABCDEF").find(rest_[i]) == std::string_view::npos) {
        return false;
      }
    }
    return true;
  }

  std::size_t digits(std::size_t from) const {
    std::size_t i = from;
    while (i < rest_.size() && is_digit(rest_[i])) ++i;
    return i;
  }
  // Behind the number at the begin of rest_; 0 where there is none.
  std::size_t number_end(bool& plain) const {
    std::size_t end = rest_[0] == '-' ? 1 : 0;
    const std::size_t whole_part = digits(end);
    if (whole_part == end || (rest_[end] == '0' && whole_part > end + 1)) return 0;
    end = whole_part;
    plain = true;
    if (end < rest_.size() && rest_[end] == '.') {
      if (digits(end + 1) == end + 1) return 0;
      end = digits(end + 1);
      plain = false;
    }
    if (end == rest_.size() || (rest_[end] | 0x20) != 'e') return end;
    const bool sign = end + 1 < rest_.size() && (rest_[end + 1] == '+' || rest_[end + 1] == '-');
    const std::size_t begin = end + (sign ? 2 : 1);
    plain = false;
    return digits(begin) == begin ? 0 : digits(begin);
  }
  bool number(Value& out) {
    bool plain = false;
    const std::size_t end = number_end(plain);
    if (end == 0) return false;
    const std::string_view digits = rest_.substr(0, end);
    rest_.remove_prefix(end);
    std::int64_t i = 0;
    std::uint64_t u = 0;
    double v = 0;
    const bool exact = plain && whole_ == Whole::exact && digits != "-0";
    if (exact && common::parse_go_int(digits, i) == common::GoNumber::ok) {
      out = Value(Value::Data(i));
    } else if (exact && common::parse_go_uint(digits, u) == common::GoNumber::ok) {
      out = Value(Value::Data(u));
    } else {
      if (common::parse_go_float(digits, v) != common::GoNumber::ok) return false;
      out = Value::number(v);
    }
    return true;
  }

  Budget& budget_;
  std::string_view rest_;
  Whole whole_;
};

class Writer {
 public:
  Writer(const Budget& budget, std::string& out) : budget_(budget), out_(out) {}

  void value(const Value& v) {
    if (out_.size() > result_bytes_max) budget_.fail("the result is too large");
    if (const Array* a = v.as_array()) return array(*a);
    if (const Object* o = v.as_object()) return object(*o);
    if (const std::string* s = v.as_text()) return string(*s);
    if (const bool* b = v.as_boolean()) {
      out_ += *b ? "true" : "false";
    } else if (v.is_number()) {
      number(v);
    } else {
      out_ += v.as_function() != nullptr ? "\"\"" : "null";
    }
  }

 private:
  void array(const Array& a) {
    char before = '[';
    for (const Value& item : a.items) {
      out_ += before;
      value(item);
      before = ',';
    }
    if (a.items.empty()) {
      out_ += a.marks.unmade ? "null" : "[]";
    } else {
      out_ += ']';
    }
  }
  void object(const Object& o) {
    char before = '{';
    for (const auto& [key, member] : o.members) {
      out_ += before;
      string(key);
      out_ += ':';
      value(member);
      before = ',';
    }
    out_ += o.members.empty() ? "{}" : "}";
  }
  void string(std::string_view text) {
    const std::size_t begin = out_.size();
    out_.resize(begin + common::json_string_bytes(text.size()));
    const char* const end = common::put_json_string(out_.data() + begin, text);
    out_.resize(static_cast<std::size_t>(end - out_.data()));
  }
  void number(const Value& v) {
    std::array<char, common::fixed_bytes> text{};
    char* end = nullptr;
    if (const auto* i = std::get_if<std::int64_t>(&v.data())) {
      end = common::print_i64(text.data(), *i);
    } else if (const auto* u = std::get_if<std::uint64_t>(&v.data())) {
      end = common::print_u64(text.data(), *u);
    } else {
      end = common::print_json_float(text.data(), v.as_number());
    }
    out_.append(text.data(), end);
  }

  const Budget& budget_;
  std::string& out_;
};

}  // namespace

bool read_json(Budget& budget, std::string_view text, Whole whole, Value& out) {
  return Reader(budget, text, whole).whole(out);
}

void write_json(const Budget& budget, const Value& v, std::string& out) {
  Writer(budget, out).value(v);
}

std::string as_text(const Budget& budget, const Value& v) {
  if (const std::string* s = v.as_text()) return *s;
  std::string out;
  if (v.defined() && v.as_function() == nullptr) write_json(budget, v, out);
  return out;
}

}  // namespace weir::jsonata
