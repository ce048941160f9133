#pragma once

// A configuration as a tree of values that know where they stand.
//
// Ownership  A node owns what is below it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/sources.hpp"

namespace weir::config {

struct Key {
  std::string name;
  At at;
};

struct Member;

struct Node {
  enum class Kind : std::uint8_t { string, integer, floating, boolean, date, array, table };
  // How a table or an array came to be; decides whether a later header may add to it.
  enum class Form : std::uint8_t { value, implied, header };

  Kind kind{Kind::string};
  Form form{Form::value};
  bool from_environment{false};  // A string, part of which is a variable's value.
  bool damaged{false};           // A table in which a line could not be read.
  At at;                         // A table's header, or the value.
  std::string text;              // Of a string; of a date as it is written.
  std::int64_t integer{0};       // Also of a boolean: 0 or 1.
  double number{0};
  std::vector<Node> items;      // Of an array.
  std::vector<Member> members;  // Of a table, in the order of the file.

  [[nodiscard]] const Member* find(std::string_view name) const;
  [[nodiscard]] Member* find(std::string_view name);
  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
};

struct Member {
  Key key;
  Node value;
};

// "a string", "an integer"... for messages.
[[nodiscard]] const char* describe(Node::Kind kind);

}  // namespace weir::config
