#pragma once

// Telegraf's globs (weir/glob.hpp of the SDK, which plugins use as well), with their errors as values.
//
// Threads  Immutable once compiled: matches() may be called from any thread.
// Errors   compile() refuses an unclosed class or brace, naming the pattern.

#include <string>
#include <string_view>
#include <vector>

#include <weir/glob.hpp>

#include "core/base/result.hpp"

namespace weir {

// One pattern, compiled.
class Glob {
 public:
  static constexpr std::size_t pattern_bytes_max = glob_pattern::pattern_bytes_max;

  static Result<Glob> compile(std::string_view pattern, std::string_view separators = {});
  [[nodiscard]] bool matches(std::string_view text) const { return pattern_.matches(text); }

 private:
  glob_pattern pattern_;
};

// A list as Telegraf reads it: see glob_list.
class PatternList {
 public:
  PatternList() = default;
  static Result<PatternList> compile(const std::vector<std::string>& patterns,
                                     std::string_view separators = {});

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] bool matches(std::string_view text) const { return list_.matches(text); }

 private:
  glob_list list_;
};

}  // namespace weir
