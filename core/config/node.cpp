#include "core/config/node.hpp"

#include <algorithm>

namespace weir::config {

const Member* Node::find(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [name](const Member& member) { return member.key.name == name; });
  return found == members.end() ? nullptr : &*found;
}

Member* Node::find(std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [name](const Member& member) { return member.key.name == name; });
  return found == members.end() ? nullptr : &*found;
}

const char* describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::string: return "a string";
    case Node::Kind::integer: return "an integer";
    case Node::Kind::floating: return "a number with a fraction";
    case Node::Kind::boolean: return "true or false";
    case Node::Kind::date: return "a date";
    case Node::Kind::array: return "a list";
    default: return "a table";
  }
}

}  // namespace weir::config
