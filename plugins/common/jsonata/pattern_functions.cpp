// $contains, $split, $match, $replace: with strings and with regular expressions.

#include <algorithm>
#include <cmath>
#include <limits>

#include <weir/utf8.hpp>

#include "plugins/common/jsonata/evaluator.hpp"
#include "plugins/common/jsonata/functions.hpp"
#include "plugins/common/jsonata/regex.hpp"

namespace weir::jsonata {
namespace {

const Regex& regex_of(const Call& call, std::size_t argument) {
  const auto* regex = dynamic_cast<const Regex*>(call.arg(argument).as_function());
  if (regex == nullptr) call.budget.fail("a regular expression is expected as the pattern");
  return *regex;
}

// How many matches are wanted: an optional argument.
double limit_of(const Call& call, std::size_t argument) {
  if (!call.has(argument)) return std::numeric_limits<double>::infinity();
  if (call.number(argument) < 0) call.budget.fail("the limit must not be negative");
  return std::floor(call.number(argument));
}

std::size_t character_bytes(std::string_view rest) {
  const std::size_t before = rest.size();
  next_code_point(rest);
  return before - rest.size();
}

// Calls f for every match. An empty one directly behind another match does not count.
template <typename F>
void each_match(Call& call, const Regex& regex, double limit, F&& f) {
  const std::string& text = call.text(0);
  std::size_t from = 0;
  std::size_t last_end = std::string::npos;
  Match m;
  for (double n = 0; n < limit && from <= text.size() && regex.find(text, from, m);) {
    call.budget.step();
    const bool empty = m.begin == m.end;
    if (!empty || m.begin != last_end) {
      f(m);
      ++n;
    }
    last_end = m.end;
    const std::string_view rest = std::string_view(text).substr(m.end);
    from = m.end + (!empty ? 0 : rest.empty() ? 1 : character_bytes(rest));
  }
}

Value contains(Call& call) {
  if (const std::string* s = call.arg(1).as_text()) {
    return Value::boolean(call.text(0).find(*s) != std::string::npos);
  }
  Match m;
  return Value::boolean(regex_of(call, 1).find(call.text(0), 0, m));
}

void split_by_text(Call& call, const std::string& by, const auto& add) {
  std::string_view rest = call.text(0);
  while (by.empty() && !rest.empty()) {
    const std::size_t n = character_bytes(rest);
    add(rest.substr(0, n));
    rest.remove_prefix(n);
  }
  if (by.empty()) return;
  for (std::size_t at = rest.find(by); at != std::string_view::npos; at = rest.find(by)) {
    add(rest.substr(0, at));
    rest.remove_prefix(at + by.size());
  }
  add(rest);
}

void split_by_regex(Call& call, const auto& add) {
  const std::string_view text = call.text(0);
  std::size_t begin = 0;
  each_match(call, regex_of(call, 1), std::numeric_limits<double>::infinity(), [&](const Match& m) {
    add(text.substr(begin, m.begin - begin));
    begin = m.end;
  });
  add(text.substr(begin));
}

Value split(Call& call) {
  Items parts;
  const double limit = limit_of(call, 2);
  const auto add = [&](std::string_view part) {
    if (static_cast<double>(parts.size()) >= limit) return;
    parts.push_back(make_text(call.budget, std::string(part)));
  };
  if (const std::string* by = call.arg(1).as_text()) {
    split_by_text(call, *by, add);
  } else {
    split_by_regex(call, add);
  }
  return make_array(call.budget, std::move(parts));
}

Value texts(Budget& budget, const std::vector<std::string>& strings) {
  Items items;
  for (const std::string& s : strings) items.push_back(make_text(budget, s));
  return make_array(budget, std::move(items));
}

Value match(Call& call) {
  Items found;
  each_match(call, regex_of(call, 1), limit_of(call, 2), [&](const Match& m) {
    std::string whole = call.text(0).substr(m.begin, m.end - m.begin);
    found.push_back(
        make_object(call.budget, {{"match", make_text(call.budget, std::move(whole))},
                                  {"index", Value::number(static_cast<double>(m.begin))},
                                  {"groups", texts(call.budget, m.groups)}}));
  });
  return make_array(call.budget, std::move(found));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The group that the digits at the begin of s name: as many of them as there are groups for. used:
// how many. A group that there is not is empty.
std::string group_named(std::string_view s, const Match& m, std::string_view whole,
                        std::size_t& used) {
  std::size_t number = 0;
  for (used = 0; used < s.size() && is_digit(s[used]); ++used) {
    const std::size_t longer = number * 10 + static_cast<std::size_t>(s[used] - '0');
    if (used > 0 && longer > m.groups.size()) break;
    number = longer;
  }
  if (number == 0) return std::string(whole);
  return number <= m.groups.size() ? m.groups[number - 1] : "";
}

// "$$" is a dollar, "$0" the match, "$1" its first group.
std::string expanded(std::string_view pattern, const Match& m, std::string_view whole) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (pattern[i] == '$' && next == '$') ++i;
    if (pattern[i] != '$' || !is_digit(next)) {
      out += pattern[i];
      continue;
    }
    std::size_t used = 0;
    out += group_named(pattern.substr(i + 1), m, whole, used);
    i += used;
  }
  return out;
}

std::string replacement_of(Call& call, const Match& m, std::string_view whole) {
  if (const std::string* pattern = call.arg(2).as_text()) return expanded(*pattern, m, whole);
  const Value found =
      make_object(call.budget, {{"match", make_text(call.budget, std::string(whole))},
                                {"start", Value::number(static_cast<double>(m.begin))},
                                {"end", Value::number(static_cast<double>(m.end))},
                                {"groups", texts(call.budget, m.groups)}});
  const Value made = call.evaluator.apply(*call.arg(2).as_function(), {found});
  if (made.as_text() == nullptr) {
    call.budget.fail("the function given to $replace must return a string");
  }
  return *made.as_text();
}

Value replace_text(Call& call, double limit) {
  std::string out;
  std::string_view rest = call.text(0);
  const std::string& from = call.text(1);
  if (from.empty()) call.budget.fail("$replace cannot look for an empty string");
  if (call.arg(2).as_text() == nullptr) {
    call.budget.fail("$replace needs a string to replace a string");
  }
  for (std::size_t at = rest.find(from); at != std::string_view::npos && limit >= 1;
       at = rest.find(from), --limit) {
    out.append(rest.substr(0, at)).append(call.text(2));
    rest.remove_prefix(at + from.size());
    call.budget.take(call.text(2).size());
  }
  return make_text(call.budget, out.append(rest));
}

Value replace(Call& call) {
  const double limit = limit_of(call, 3);
  if (call.arg(1).as_text() != nullptr) return replace_text(call, limit);
  std::string out;
  std::size_t copied = 0;
  const std::string_view text = call.text(0);
  each_match(call, regex_of(call, 1), limit, [&](const Match& m) {
    out += text.substr(copied, m.begin - copied);
    const std::string made = replacement_of(call, m, text.substr(m.begin, m.end - m.begin));
    call.budget.take(made.size());
    out += made;
    copied = m.end;
  });
  return make_text(call.budget, out.append(text.substr(copied)));
}

constexpr Builtin table[] = {{"contains", "s-(sf):b", contains},
                             {"split", "s-(sf)n?:a", split},
                             {"match", "s-fn?:a", match},
                             {"replace", "s-(sf)(sf)n?:s", replace}};

}  // namespace

BuiltinTable pattern_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
