#include "plugins/common/gjson/modifiers.hpp"

#include <algorithm>
#include <vector>

#include "plugins/common/gjson/json_text.hpp"

namespace weir::common {
namespace {

struct Item {
  std::string_view key, value;
};

std::vector<Item> items_of(std::string_view json) {
  std::vector<Item> items;
  JsonItems all(json);
  for (Item i; all.next(i.key, i.value);) items.push_back(i);
  return items;
}

std::string joined(const std::vector<Item>& items, bool object) {
  std::string out(1, object ? '{' : '[');
  for (const Item& i : items) {
    if (out.size() > 1) out += ',';
    if (object) out.append(i.key).append(":");
    out += i.value;
  }
  return out += object ? '}' : ']';
}

bool is_nested(std::string_view json, char open) { return !json.empty() && json[0] == open; }

std::string reversed(std::string_view json) {
  const bool object = is_nested(json, '{');
  if (!object && !is_nested(json, '[')) return std::string(json);
  std::vector<Item> items = items_of(json);
  std::reverse(items.begin(), items.end());
  return joined(items, object);
}

bool has_true(std::string_view argument, std::string_view key) {
  for (const Item& i : items_of(skip_blanks(argument))) {
    if (string_text(i.key) == key) return i.value == "true";
  }
  return false;
}

constexpr int levels_max = 64;

// levels: how many levels of arrays are taken out.
void flatten(std::string_view array, int levels, std::vector<Item>& out) {
  for (const Item& i : items_of(array)) {
    if (levels > 0 && is_nested(i.value, '[')) {
      flatten(i.value, levels - 1, out);
    } else {
      out.push_back(i);
    }
  }
}

std::string flattened(std::string_view json, std::string_view argument) {
  if (!is_nested(json, '[')) return std::string(json);
  std::vector<Item> items;
  flatten(json, has_true(argument, "deep") ? levels_max : 1, items);
  return joined(items, false);
}

// Adds the members of an object; one whose key is there already replaces that one's value, unless
// all are kept.
void add_members(std::string_view object, bool keep_all, std::vector<Item>& members) {
  for (const Item& i : items_of(object)) {
    const auto same = std::find_if(members.begin(), members.end(), [&](const Item& m) {
      return string_text(m.key) == string_text(i.key);
    });
    if (keep_all || same == members.end()) {
      members.push_back(i);
    } else {
      same->value = i.value;
    }
  }
}

// The members of all objects of an array; of equal keys the last one stays, unless "preserve" is
// set.
std::string members_joined(std::string_view json, std::string_view argument) {
  if (!is_nested(json, '[')) return std::string(json);
  const bool preserve = has_true(argument, "preserve");
  std::vector<Item> members;
  for (const Item& object : items_of(json)) {
    if (is_nested(object.value, '{')) add_members(object.value, preserve, members);
  }
  return joined(members, true);
}

std::string keys_of(std::string_view json) {
  std::string out = "[";
  for (const Item& i : items_of(json)) {
    if (out.size() > 1) out += ',';
    out += i.key.empty() ? "null" : std::string(i.key);
  }
  return out += ']';
}

std::string values_of(std::string_view json) {
  if (is_nested(json, '[')) return std::string(json);
  return joined(items_of(json), false);
}

}  // namespace

bool is_modifier(std::string_view name) {
  constexpr std::string_view known[] = {"this", "valid", "ugly",   "pretty", "reverse", "flatten",
                                        "join", "keys",  "values", "tostr",  "fromstr"};
  return std::find(std::begin(known), std::end(known), name) != std::end(known);
}

std::optional<std::string> apply_modifier(std::string_view name, std::string_view json,
                                          std::string_view argument) {
  json = first_value(skip_blanks(json));
  if (json.empty()) return std::nullopt;
  if (name == "reverse") return reversed(json);
  if (name == "flatten") return flattened(json, argument);
  if (name == "join") return members_joined(json, argument);
  if (name == "keys") return keys_of(json);
  if (name == "values") return values_of(json);
  if (name == "fromstr") {
    return is_nested(json, '"') ? std::optional(string_text(json)) : std::nullopt;
  }
  if (name != "tostr") return std::string(json);
  std::string out;
  append_quoted(json, out);
  return out;
}

}  // namespace weir::common
