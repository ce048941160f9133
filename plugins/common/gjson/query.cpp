#include "plugins/common/gjson/query.hpp"

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/text/go_number.hpp"

namespace weir::common {
namespace {

std::string_view trimmed(std::string_view s) {
  s = skip_blanks(s);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

// The bracket that closes the one at the begin; npos where none does.
std::size_t closing_bracket(std::string_view s) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '\\') {
      ++i;
    } else if (s[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (s[i] == '(' || s[i] == '[')) {
      ++depth;
    } else if (!quoted && (s[i] == ')' || s[i] == ']') && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

constexpr std::string_view operator_chars = "!=<>%";

// Where the operator of a condition begins: outside quotes and inner queries.
std::size_t operator_at(std::string_view condition) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < condition.size(); ++i) {
    const char c = condition[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '(' || c == '[')) {
      ++depth;
    } else if (!quoted && (c == ')' || c == ']')) {
      --depth;
    } else if (!quoted && depth == 0 && operator_chars.find(c) != std::string_view::npos) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::size_t operator_bytes(std::string_view s) {
  const bool two = s.size() > 1 && (s[1] == '=' || (s[0] == '!' && s[1] == '%'));
  return two ? 2 : 1;
}

template <typename T>
bool compare(std::string_view op, const T& a, const T& b) {
  if (op == "==" || op == "=") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  return op == ">=" && a >= b;
}

bool text_holds(const GjsonQuery& q, const std::string& text) {
  if (q.op == "%") return matches_pattern(text, q.value);
  if (q.op == "!%") return !matches_pattern(text, q.value);
  return compare(q.op, text, q.value);
}

bool number_holds(const GjsonQuery& q, std::string_view raw) {
  double a = 0;
  double b = 0;
  parse_go_float(raw, a);
  if (parse_go_float(q.value, b) != GoNumber::ok) b = 0;
  return compare(q.op, a, b);
}

// true is more than false; with anything else it can only be unequal.
bool boolean_holds(const GjsonQuery& q, bool is) {
  if (q.op == "==" || q.op == "=") return q.value == (is ? "true" : "false");
  if (q.op == "!=") return q.value != (is ? "true" : "false");
  if (is) return q.op == ">=" || (q.op == ">" && q.value == "false");
  return q.op == "<=" || (q.op == "<" && q.value == "true");
}

bool counts_as_true(std::string_view raw) {
  double number = 0;
  if (raw.empty() || raw == "false" || raw == "null") return false;
  if (raw[0] != '"') {
    return parse_go_float(raw, number) == GoNumber::ok ? number != 0 : raw == "true";
  }
  bool value = false;
  return parse_go_bool(string_text(raw), value) && value;
}

// ~true, ~false, ~null, ~*: does the value count as such?
bool loose_holds(const GjsonQuery& q, std::string_view raw) {
  const std::string_view kind = std::string_view(q.value).substr(1);
  bool is = false;
  if (kind == "*") {
    is = !raw.empty();
  } else if (kind == "null") {
    is = raw.empty() || raw == "null";
  } else if (kind == "true") {
    is = counts_as_true(raw);
  } else if (kind == "false") {
    is = !counts_as_true(raw);
  } else {
    return false;
  }
  GjsonQuery plain = q;
  plain.value = "true";
  return boolean_holds(plain, is);
}

}  // namespace

bool parse_query(std::string_view path, GjsonQuery& query) {
  if (path.size() < 2 || path[0] != '#' || (path[1] != '(' && path[1] != '[')) return false;
  const std::size_t close = closing_bracket(path.substr(1));
  if (close == std::string_view::npos) return false;
  const std::string_view condition = trimmed(path.substr(2, close - 1));
  query = {};
  query.bytes = close + 2;
  if (query.bytes < path.size() && path[query.bytes] == '#') {
    query.all = true;
    ++query.bytes;
  }
  const std::size_t at = operator_at(condition);
  query.path = trimmed(condition.substr(0, at));
  if (at == std::string_view::npos) return true;
  const std::size_t n = operator_bytes(condition.substr(at));
  query.op = condition.substr(at, n);
  const std::string_view value = trimmed(condition.substr(at + n));
  query.value = !value.empty() && value[0] == '"' ? string_text(value) : std::string(value);
  return true;
}

bool query_holds(const GjsonQuery& query, std::string_view raw) {
  if (!query.value.empty() && query.value[0] == '~') return loose_holds(query, raw);
  if (raw.empty()) return false;
  if (query.op.empty()) return true;
  switch (raw[0]) {
    case '"': return text_holds(query, string_text(raw));
    case 't': return boolean_holds(query, true);
    case 'f': return boolean_holds(query, false);
    case '{':
    case '[':
    case 'n': return false;
    default: return number_holds(query, raw);
  }
}

bool matches_pattern(std::string_view text, std::string_view pattern) {
  // The last * takes one character more whenever what follows it does not match.
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
      continue;
    }
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    const std::size_t at = escaped ? p + 1 : p;
    if (p < pattern.size() && (pattern[at] == text[t] || (!escaped && pattern[p] == '?'))) {
      p = at + 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace weir::common
