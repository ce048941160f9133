// $string, $length, $substring, $uppercase, $pad and their like. Characters are Unicode's.

#include <algorithm>
#include <cmath>

#include <weir/utf8.hpp>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/jsonata/functions.hpp"
#include "plugins/common/jsonata/json.hpp"
#include "plugins/common/text/letters.hpp"

namespace weir::jsonata {
namespace {

std::size_t characters(std::string_view s) {
  std::size_t n = 0;
  for (; !s.empty(); ++n) next_code_point(s);
  return n;
}

// Where the nth character begins; the end where there are fewer.
std::size_t character_at(std::string_view s, double n) {
  std::string_view rest = s;
  for (double i = 0; i < n && !rest.empty(); ++i) next_code_point(rest);
  return s.size() - rest.size();
}

Value string(Call& call) { return make_text(call.budget, as_text(call.budget, call.arg(0))); }

Value length(Call& call) { return Value::number(static_cast<double>(characters(call.text(0)))); }

Value substring(Call& call) {
  const std::string& s = call.text(0);
  double begin = call.number(1);
  if (begin < 0) begin += static_cast<double>(characters(s));
  const std::size_t from = character_at(s, begin);
  const std::string_view rest = std::string_view(s).substr(from);
  if (!call.has(2)) return make_text(call.budget, std::string(rest));
  return make_text(call.budget, std::string(rest.substr(0, character_at(rest, call.number(2)))));
}

Value substring_before(Call& call) {
  const std::string& s = call.text(0);
  const std::size_t at = s.find(call.text(1));
  return at == std::string::npos ? call.arg(0) : make_text(call.budget, s.substr(0, at));
}

Value substring_after(Call& call) {
  const std::string& s = call.text(0);
  const std::size_t at = s.find(call.text(1));
  if (at == std::string::npos) return call.arg(0);
  return make_text(call.budget, s.substr(at + call.text(1).size()));
}

Value uppercase(Call& call) {
  std::string out;
  common::append_upper(call.text(0), out);
  return make_text(call.budget, std::move(out));
}
Value lowercase(Call& call) {
  std::string out;
  common::append_lower(call.text(0), out);
  return make_text(call.budget, std::move(out));
}

Value trim(Call& call) {
  std::string out;
  bool gap = false;
  for (const char c : call.text(0)) {
    const bool blank = std::string_view(" \t\n\r\v\f").find(c) != std::string_view::npos;
    if (!blank && gap && !out.empty()) out += ' ';
    if (!blank) out += c;
    gap = blank;
  }
  return make_text(call.budget, std::move(out));
}

Value pad(Call& call) {
  const std::string& s = call.text(0);
  const std::string by = call.has(2) && !call.text(2).empty() ? call.text(2) : " ";
  const double width = call.number(1);
  const double missing = std::floor(std::fabs(width) - static_cast<double>(characters(s)));
  if (missing < 1) return call.arg(0);
  constexpr double missing_max = 1e9;
  call.budget.take(static_cast<std::uint64_t>(std::min(missing, missing_max)) * sizeof(Value));
  const auto length = static_cast<double>(characters(by));
  std::string filling;
  const auto times = static_cast<std::size_t>(missing / length);
  for (std::size_t i = 0; i < times; ++i) filling += by;
  filling.append(by, 0, character_at(by, std::fmod(missing, length)));
  return make_text(call.budget, width < 0 ? filling + s : s + filling);
}

Value join(Call& call) {
  std::string out;
  bool first = true;
  for (const Value& v : call.arg(0).as_array()->items) {
    if (!first && call.has(1)) out += call.text(1);
    out += *v.as_text();
    first = false;
    call.budget.take(call.has(1) ? call.text(1).size() : 1);
  }
  return make_text(call.budget, std::move(out));
}

constexpr Builtin table[] = {{"string", "x-:s", string},
                             {"length", "s-:n", length},
                             {"substring", "s-nn?:s", substring},
                             {"substringBefore", "s-s:s", substring_before},
                             {"substringAfter", "s-s:s", substring_after},
                             {"uppercase", "s-:s", uppercase},
                             {"lowercase", "s-:s", lowercase},
                             {"trim", "s-:s", trim},
                             {"pad", "s-ns?:s", pad},
                             {"join", "a<s>s?:s", join}};

}  // namespace

BuiltinTable text_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
