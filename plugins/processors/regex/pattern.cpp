#include "plugins/processors/regex/pattern.hpp"

#include <algorithm>

#include <re2/re2.h>

#include <weir/error.hpp>
#include <weir/utf8.hpp>

namespace weir::regex {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  const char l = static_cast<char>(c | 0x20);
  return is_digit(c) || (l >= 'a' && l <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// How far a part reaches whose brackets and escapes mean nothing: a class, an escape or a quote.
std::size_t opaque_length(std::string_view s) {
  if (s.substr(0, 2) == "\\Q") return std::min(s.size(), s.find("\\E"));
  if (s[0] == '\\') return std::min<std::size_t>(s.size(), 2);
  if (s[0] != '[') return 0;
  std::size_t at = s.substr(0, 2) == "[^" ? 2 : 1;
  if (at < s.size() && s[at] == ']') ++at;
  while (at < s.size() && s[at] != ']') at += s[at] == '\\' ? 2 : 1;
  return std::min(s.size(), at);
}

// Behind a bracket: a name, and not what other languages look behind with.
bool begins_name(std::string_view s) {
  return s.substr(0, 2) == "?<" && s.substr(2, 1) != "=" && s.substr(2, 1) != "!";
}

// Go also knows groups named without a P; the RE2 of many systems does not.
std::string with_p_names(std::string_view pattern) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t n = std::max<std::size_t>(opaque_length(pattern), 1);
    out += pattern.substr(0, n);
    pattern.remove_prefix(n);
    if (n != 1 || out.back() != '(' || !begins_name(pattern)) continue;
    out += "?P";
    pattern.remove_prefix(1);
  }
  return out;
}

re2::RE2::Options quiet_options() {
  re2::RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(Pattern::pattern_bytes_max);
  return o;
}

std::size_t character_bytes(std::string_view rest) {
  const std::size_t before = rest.size();
  next_code_point(rest);
  return before - rest.size();
}

re2::StringPiece piece(std::string_view s) { return {s.empty() ? "" : s.data(), s.size()}; }
// A group that took no part has no data.
std::string_view view(const re2::StringPiece& p) {
  return p.data() == nullptr ? std::string_view() : std::string_view(p.data(), p.size());
}

// The bytes of $name or ${name} at the begin of rest, 0 where a dollar means itself.
std::size_t reference_bytes(std::string_view rest, std::string_view& name) {
  const bool braces = rest.substr(0, 2) == "${";
  const std::size_t from = braces ? 2 : 1;
  std::size_t to = from;
  while (to < rest.size() && is_word(rest[to])) ++to;
  if (to == from || (braces && rest.substr(to, 1) != "}")) return 0;
  name = rest.substr(from, to - from);
  return braces ? to + 1 : to;
}

}  // namespace

Pattern::Pattern(std::string_view pattern, std::string_view replacement, const std::string& option)
    : re_(std::make_unique<re2::RE2>(with_p_names(pattern), quiet_options())) {
  if (!re_->ok()) {
    throw config_error(
        option, "\"" + std::string(pattern) + "\" is no regular expression: " + re_->error());
  }
  groups_ = static_cast<std::size_t>(re_->NumberOfCapturingGroups());
  const auto& by_number = re_->CapturingGroupNames();
  if (by_number.size() == groups_) {
    for (const auto& [number, name] : by_number) names_.push_back(name);
  }
  read_replacement(replacement);
}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

void Pattern::read_replacement(std::string_view rest) {
  std::string literal;
  while (!rest.empty()) {
    const std::size_t dollar = std::min(rest.find('$'), rest.size());
    literal += rest.substr(0, dollar);
    rest.remove_prefix(dollar);
    if (rest.empty()) break;
    std::string_view name;
    const std::size_t bytes = reference_bytes(rest, name);
    if (bytes != 0) {
      pieces_.push_back({std::move(literal), group_of(name)});
      literal.clear();
      rest.remove_prefix(bytes);
    } else {  // a dollar for itself, or two for one
      literal += '$';
      rest.remove_prefix(rest.substr(0, 2) == "$$" ? 2 : 1);
    }
  }
  pieces_.push_back({std::move(literal), no_group});
  for (const Piece& p : pieces_) {
    if (p.group != no_group) groups_needed_ = std::max(groups_needed_, p.group + 1);
  }
}

// A number without leading zeros is a number, everything else a name.
std::size_t Pattern::group_of(std::string_view name) const {
  const bool number =
      std::all_of(name.begin(), name.end(), is_digit) && (name.size() == 1 || name[0] != '0');
  if (!number) {
    const auto& named = re_->NamedCapturingGroups();
    const auto at = named.find(std::string(name));
    return at == named.end() ? no_group : static_cast<std::size_t>(at->second);
  }
  if (name.size() > 8) return no_group;
  const std::size_t group = std::stoul(std::string(name));
  return group > groups_ ? no_group : group;
}

// Of an empty match right behind another one Go takes no notice, so that a* in "baac" is replaced
// three times.
bool Pattern::replace(std::string_view text, std::string& out) const {
  const re2::StringPiece whole = piece(text);
  std::vector<re2::StringPiece> found(groups_needed_);
  std::size_t done = 0;
  bool any = false;
  for (std::size_t at = 0; at <= text.size();) {
    if (!match(whole, at, found)) break;
    if (!any) out.clear();
    any = true;
    const auto first = static_cast<std::size_t>(found[0].data() - whole.data());
    const std::size_t last = first + found[0].size();
    out += text.substr(done, first - done);
    if (last > done || first == 0) expand(found, out);
    done = last;
    at = std::max(last, at + (at < text.size() ? character_bytes(text.substr(at)) : 1));
  }
  if (any) out += text.substr(done);
  return any;
}

bool Pattern::match(const re2::StringPiece& text, std::size_t from,
                    std::vector<re2::StringPiece>& found) const {
  return re_->Match(text, from, text.size(), re2::RE2::UNANCHORED, found.data(),
                    static_cast<int>(found.size()));
}

void Pattern::expand(const std::vector<re2::StringPiece>& found, std::string& out) const {
  for (const Piece& p : pieces_) {
    out += p.literal;
    if (p.group != no_group) out += view(found[p.group]);
  }
}

bool Pattern::groups(std::string_view text, std::vector<std::string>& out) const {
  std::vector<re2::StringPiece> found(groups_ + 1);
  if (!match(piece(text), 0, found)) return false;
  out.clear();
  for (std::size_t i = 1; i < found.size(); ++i) out.emplace_back(view(found[i]));
  return true;
}

}  // namespace weir::regex
