#pragma once

// Finds files by a pattern, as Telegraf does.
//
//   *  ?  [abc]  {a,b}  \x   within one name, as in weir::glob_pattern
//   **                       any number of folders, none included; "**.log" is "**/*.log"
//
// Names that begin with a dot are found like all others. "**" does not follow links to folders.
//
// Threads    Immutable once compiled.
// Errors     compile() says what is wrong with the pattern. Folders that cannot be read hold nothing.

#include <string>
#include <string_view>
#include <vector>

#include <weir/glob.hpp>

namespace weir::common {

class PathGlob {
 public:
  // Empty, or what is wrong with the pattern: "has a [ without ]".
  std::string compile(std::string_view pattern);

  // Whether it can name more than one file.
  bool is_pattern() const { return pattern_; }
  // What exists and matches, folders included, sorted. A text that is no pattern is given back as it
  // is where it exists.
  std::vector<std::string> find() const;

 private:
  struct Part {
    enum class Kind { name, pattern, folders } kind;
    std::string name;
    glob_pattern match;
  };
  using Found = std::vector<std::string>;

  std::string add_part(std::string_view text);
  bool ends_in_folders() const;
  void expand(const std::string& base, std::size_t part, Found& found) const;
  void expand_pattern(const std::string& base, std::size_t part, Found& found) const;
  void expand_folders(const std::string& base, std::size_t part, Found& found) const;

  std::vector<Part> parts_;
  std::string root_;  // "/" or empty
  bool pattern_ = false;
};

}  // namespace weir::common
