#pragma once

// Telegraf's globs and lists of them.
//
//   *      any run of characters, but no separator      [abc] [a-z]  one character of the class
//   **     any run of characters                        [!abc]       one character not of it
//   ?      one character, but no separator              {a,b}        one of these; may nest
//   \x     the character x itself
//
// Characters are UTF-8 code points; a byte that is no UTF-8 counts as one character.
//
// Threads  Immutable once compiled: matches() may be called from any thread.
// Errors   compile() refuses an unclosed class or brace, naming the pattern.
// Limits   A pattern of at most pattern_bytes_max bytes. matches() takes time in proportion to
//          pattern length times text length, whatever the pattern.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace weir {

// One pattern, compiled.
class Glob {
 public:
  static constexpr std::size_t pattern_bytes_max = 4096;

  static Result<Glob> compile(std::string_view pattern, std::string_view separators = {});
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  friend class GlobCompiler;
  enum class Op : std::uint8_t { literal, one, any_of, none_of, run, deep_run, fork, jump, match };
  struct Step {
    Op op{Op::match};
    std::uint32_t a{0};  // literal: the code point; classes: first range; fork, jump: a target
    std::uint32_t b{0};  // classes: one behind the last range; fork: the other target
  };
  using Range = std::pair<std::uint32_t, std::uint32_t>;  // First and last code point.
  class Matcher;

  [[nodiscard]] bool in_class(const Step& step, std::uint32_t code) const;
  [[nodiscard]] bool is_separator(std::uint32_t code) const;
  void find_shape();

  std::vector<Step> steps_;
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> separators_;
  // A pattern of plain text with one or no run in it needs no machine: head, then tail at the end.
  bool simple_{false}, open_{false};
  std::string head_, tail_;
};

// A list as Telegraf reads it: when no pattern holds *, ? or [, the texts are compared as they are;
// else every one of them is a glob. An empty list matches nothing.
class PatternList {
 public:
  PatternList() = default;
  static Result<PatternList> compile(const std::vector<std::string>& patterns,
                                     std::string_view separators = {});

  [[nodiscard]] bool empty() const { return exact_.empty() && globs_.empty(); }
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> exact_;
  std::vector<Glob> globs_;
};

}  // namespace weir
