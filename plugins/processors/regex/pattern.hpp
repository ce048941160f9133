#pragma once

// A regular expression as Go's regexp takes it, and a replacement as its Expand does.
//
//   ${1} $1 ${name} $name    a group; of $1x the name is "1x", which no group has
//   $$                       a dollar
//
// Threads    Immutable once made: any.
// Errors     The constructor throws config_error with the option's name.
// Limits     pattern_bytes_max for the compiled program. Time grows with the text's length alone.
// Unlike Go  Bytes that are no UTF-8 match nothing, not even a dot.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
class StringPiece;
}  // namespace re2

namespace weir::regex {

class Pattern {
 public:
  static constexpr std::int64_t pattern_bytes_max = std::int64_t{8} << 20U;

  // option: what an error is about.
  Pattern(std::string_view pattern, std::string_view replacement, const std::string& option);
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // The text with all matches replaced; false where there is none. out is overwritten.
  bool replace(std::string_view text, std::string& out) const;
  // The groups of the first match, in their order; a group that took no part is empty.
  bool groups(std::string_view text, std::vector<std::string>& out) const;
  // Their names, where each group has one and there is one at least; else empty.
  const std::vector<std::string>& group_names() const { return names_; }

 private:
  struct Piece {  // literal text, then a group or none
    std::string literal;
    std::size_t group;
  };
  static constexpr std::size_t no_group = static_cast<std::size_t>(-1);

  void read_replacement(std::string_view rest);
  std::size_t group_of(std::string_view name) const;
  bool match(const re2::StringPiece& text, std::size_t from,
             std::vector<re2::StringPiece>& found) const;
  void expand(const std::vector<re2::StringPiece>& found, std::string& out) const;

  std::unique_ptr<re2::RE2> re_;
  std::vector<Piece> pieces_;
  std::vector<std::string> names_;
  std::size_t groups_ = 0;         // of the pattern
  std::size_t groups_needed_ = 1;  // by the replacement, the whole match included
};

}  // namespace weir::regex
