#pragma once

// What graphite may see of names and tags.
//
// Threads    Immutable once made.
// Errors     The constructor throws std::invalid_argument for what is no regular expression.

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}  // namespace re2

namespace weir::graphite {

class Sanitizer {
 public:
  // What pattern finds becomes "_"; empty: all but letters of any script, digits and - : . _ =
  explicit Sanitizer(const std::string& pattern);
  Sanitizer(const Sanitizer&) = delete;
  Sanitizer& operator=(const Sanitizer&) = delete;
  ~Sanitizer();

  // In place: "/", "@" and "*" become "-", backslashes go, ".." becomes ".", and what the pattern finds "_".
  void strict(std::string& s) const;
  // As Graphite's specification of tags has it.
  void compatible_key(std::string& key) const;
  void compatible_value(std::string& value) const;

 private:
  const bool plain_;  // no pattern was given
  std::unique_ptr<const re2::RE2> strict_, key_, value_;
};

}  // namespace weir::graphite
