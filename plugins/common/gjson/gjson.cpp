#include "plugins/common/gjson/gjson.hpp"

#include <charconv>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/gjson/modifiers.hpp"
#include "plugins/common/gjson/query.hpp"

namespace weir::common {
namespace {

using Result = std::optional<std::string>;

Result get(std::string_view json, std::string_view path, int depth);

// One component of a path and what follows it.
struct Step {
  std::string_view part;  // with its escapes
  bool wild = false;
  bool more = false;   // rest is a path inside the value
  bool piped = false;  // rest is a path of the whole result
  std::string_view rest;
};

// Does a path go on with something that takes the whole result: a modifier, a multipath, a literal?
bool begins_anew(std::string_view path) {
  if (path.empty()) return false;
  if (path[0] == '[' || path[0] == '{' || path[0] == '!') return true;
  if (path[0] != '@') return false;
  return is_modifier(path.substr(1, path.find_first_of(".|:", 1) - 1));
}

// What follows the component that ends at i.
void set_rest(std::string_view path, std::size_t i, Step& s) {
  if (i >= path.size()) return;
  s.rest = path.substr(i + 1);
  s.piped = path[i] == '|' || begins_anew(s.rest);
  s.more = !s.piped;
}

Step first_step(std::string_view path) {
  Step s;
  std::size_t i = 0;
  for (; i < path.size() && path[i] != '.' && path[i] != '|'; ++i) {
    if (path[i] == '\\') {
      ++i;
    } else if (path[i] == '*' || path[i] == '?') {
      s.wild = true;
    }
  }
  s.part = path.substr(0, i);
  set_rest(path, i, s);
  return s;
}

std::string unescaped(std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '\\' && i + 1 < part.size()) ++i;
    out += part[i];
  }
  return out;
}

// Cuts a path at the first '|' outside queries. What stands behind it acts on the whole result.
std::string_view cut_pipe(std::string_view& path) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\') {
      ++i;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if ((c == ')' || c == ']' || c == '}') && depth > 0) {
      --depth;
    } else if (c == '|' && depth == 0) {
      const std::string_view behind = path.substr(i + 1);
      path = path.substr(0, i);
      return behind;
    }
  }
  return {};
}

Result through_pipe(Result result, std::string_view pipe, int depth) {
  if (pipe.empty() || !result) return result;
  return get(*result, pipe, depth + 1);
}

// The value that a step found, or what its rest leads to inside it. found tells whether it counts.
Result follow(std::string_view value, const Step& s, int depth) {
  if (s.piped) return get(value, s.rest, depth + 1);
  if (!s.more) return std::string(value);
  if (value[0] != '{' && value[0] != '[') return std::nullopt;
  return get(value, s.rest, depth + 1);
}

Result get_member(std::string_view object, std::string_view path, int depth) {
  const Step s = first_step(path);
  const std::string plain = s.wild ? "" : unescaped(s.part);
  JsonItems members(object);
  std::string_view key;
  std::string_view value;
  while (members.next(key, value)) {
    const std::string text = string_text(key);
    if (s.wild ? !matches_pattern(text, s.part) : text != plain) continue;
    Result r = follow(value, s, depth);
    if (r || s.piped) return r;
  }
  return std::nullopt;
}

void append_item(std::string& array, std::string_view raw) {
  if (array.size() > 1) array += ',';
  array += raw;
}

// Does an element meet the condition? A condition with a path is for objects and lists only.
bool element_holds(std::string_view element, const GjsonQuery& q, int depth) {
  if (q.path.empty()) return query_holds(q, element);
  if (element[0] != '{' && element[0] != '[') return false;
  const Result asked = get(element, q.path, depth + 1);
  return query_holds(q, asked ? *asked : std::string_view());
}

// list.#(condition) and list.#(condition)#
Result get_matches(std::string_view array, std::string_view path, const GjsonQuery& q, int depth) {
  std::string_view rest = path.substr(q.bytes);
  Step s;
  if (!rest.empty()) set_rest(rest, 0, s);
  const std::string_view pipe = s.more ? cut_pipe(s.rest) : s.rest;
  std::string all = "[";
  JsonItems elements(array);
  std::string_view key;
  std::string_view value;
  while (elements.next(key, value)) {
    if (!element_holds(value, q, depth)) continue;
    Result r = s.more ? get(value, s.rest, depth + 1) : Result(std::string(value));
    if (!q.all) return through_pipe(std::move(r), pipe, depth);
    if (r) append_item(all, *r);
  }
  if (!q.all) return std::nullopt;
  return through_pipe(all + "]", pipe, depth);
}

// list.#.path
Result get_each(std::string_view array, std::string_view path, int depth) {
  const std::string_view pipe = cut_pipe(path);
  std::string all = "[";
  JsonItems elements(array);
  std::string_view key;
  std::string_view value;
  while (elements.next(key, value)) {
    const Result r = get(value, path, depth + 1);
    if (r) append_item(all, *r);
  }
  return through_pipe(all + "]", pipe, depth);
}

Result get_count(std::string_view array, std::string_view path, int depth) {
  std::size_t n = 0;
  JsonItems elements(array);
  std::string_view key;
  std::string_view value;
  while (elements.next(key, value)) ++n;
  Step s;
  set_rest(path, 1, s);
  return through_pipe(std::to_string(n), s.rest, depth);
}

Result get_element(std::string_view array, std::string_view path, int depth) {
  GjsonQuery q;
  if (parse_query(path, q)) return get_matches(array, path, q, depth);
  if (path.starts_with("#.") && !begins_anew(path.substr(2))) {
    return get_each(array, path.substr(2), depth);
  }
  if (path[0] == '#') return get_count(array, path, depth);
  const Step s = first_step(path);
  std::size_t index = 0;
  const auto number = std::from_chars(s.part.data(), s.part.data() + s.part.size(), index);
  if (s.part.empty() || number.ptr != s.part.data() + s.part.size()) return std::nullopt;
  JsonItems elements(array);
  std::string_view key;
  std::string_view value;
  for (std::size_t i = 0; elements.next(key, value); ++i) {
    if (i == index) return follow(value, s, depth);
  }
  return std::nullopt;
}

// ---- what acts on the whole value ----

// @name:argument, then perhaps a path.
Result get_modified(std::string_view json, std::string_view path, int depth) {
  const std::size_t end = std::min(path.find_first_of(".|:", 1), path.size());
  const std::string_view name = path.substr(1, end - 1);
  std::string_view rest = path.substr(end);
  std::string_view argument;
  if (!rest.empty() && rest[0] == ':') {
    const bool nested =
        rest.size() > 1 && std::string_view("{[\"(").find(rest[1]) != std::string_view::npos;
    argument =
        nested ? first_value(rest.substr(1)) : rest.substr(1, rest.find_first_of("|.", 1) - 1);
    rest.remove_prefix(1 + argument.size());
  }
  Result r = apply_modifier(name, json, argument);
  return through_pipe(std::move(r), rest.empty() ? rest : rest.substr(1), depth);
}

// Where the selector at the begin of s ends: at a comma or the bracket that closes the multipath.
std::size_t selector_end(std::string_view s) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      continue;
    } else if (c == '{' || c == '[' || c == '(') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
      return i;
    } else if (c == '}' || c == ']' || c == ')') {
      --depth;
    }
  }
  return s.size();
}

// The name of a selector's result: its own, or the last component of its path.
std::string selector_name(std::string_view& selector) {
  if (!selector.empty() && selector[0] == '"') {
    const std::string_view name = first_value(selector);
    if (name.size() < selector.size() && selector[name.size()] == ':') {
      selector.remove_prefix(name.size() + 1);
      return string_text(name);
    }
  }
  const std::size_t cut = selector.find_last_of(".|");
  const std::string_view last = selector.substr(cut == std::string_view::npos ? 0 : cut + 1);
  const bool plain = !last.empty() && last.find_first_of("@#*?!{[(\"") == std::string_view::npos;
  return plain ? unescaped(last) : "_";
}

// {a,b} and [a,b], then perhaps a path.
Result get_multipath(std::string_view json, std::string_view path, int depth) {
  const bool object = path[0] == '{';
  const char close = object ? '}' : ']';
  std::string out(1, path[0]);
  std::string_view rest = path.substr(1);
  while (!rest.empty()) {
    const std::size_t n = selector_end(rest);
    std::string_view selector = rest.substr(0, n);
    const std::string name = selector_name(selector);
    const Result r = selector.empty() ? std::nullopt : get(json, selector, depth + 1);
    if (r) {
      std::string item;
      if (object) append_quoted(name, item);
      append_item(out, item.append(object ? ":" : "").append(*r));
    }
    const bool last = n >= rest.size() || rest[n] != ',';
    rest.remove_prefix(std::min(n + 1, rest.size()));
    if (last) break;
  }
  out += close;
  return through_pipe(out, rest.empty() ? rest : rest.substr(1), depth);
}

std::string lines_as_array(std::string_view text) {
  std::string array = "[";
  for (text = skip_blanks(text); !text.empty(); text = skip_blanks(text)) {
    const std::string_view value = first_value(text);
    if (value.empty()) break;
    append_item(array, value);
    text.remove_prefix(value.size());
  }
  return array += ']';
}

Result get(std::string_view json, std::string_view path, int depth) {
  if (depth > gjson_depth_max || path.empty()) return std::nullopt;
  if (path.starts_with("..")) {
    const std::string array = lines_as_array(json);
    return get(array, path.substr(2), depth + 1);
  }
  if (path[0] == '!') {
    const std::string_view literal = first_value(path.substr(1));
    return literal.empty() ? std::nullopt : Result(std::string(literal));
  }
  if (begins_anew(path)) {
    return path[0] == '@' ? get_modified(json, path, depth) : get_multipath(json, path, depth);
  }
  json = first_value(skip_blanks(json));
  if (json.empty()) return std::nullopt;
  if (json[0] == '{') return get_member(json, path, depth);
  return json[0] == '[' ? get_element(json, path, depth) : std::nullopt;
}

}  // namespace

std::optional<std::string> gjson_get(std::string_view json, std::string_view path) {
  return get(json, path, 0);
}

}  // namespace weir::common
