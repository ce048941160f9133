#pragma once

// Environment variables in a configuration: $NAME, ${NAME}, ${NAME:-default}, ${NAME-default},
// ${NAME:?why}, ${NAME?why}, ${NAME:+other}, ${NAME+other}, nested, and $$ for one dollar.
//
// A variable that is not set stays as it is written, and so does what only looks like one ("${1}").
// A value that was put in is not looked at again.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

// The value of an environment variable, or nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Expansion {
  std::string text;
  bool changed{false};
  std::string unset;  // The first ${NAME} that is not set and therefore stays.
  std::string error;  // Of ${NAME:?why}; empty = none.
  std::size_t error_offset{0}, error_length{0};  // The expression, in the text that was given.
  // Where the text differs from the one given: from here on, out and in run in step, or, with
  // replaced set, all of out up to the next entry stands for the expression at in.
  struct Step {
    std::uint32_t out, in;
    bool replaced;
  };
  std::vector<Step> steps;
};

struct EnvironmentRules {
  const Environment& environment;
  bool dollar_escape{true};  // false: --old-env-behavior
};

[[nodiscard]] Expansion expand(std::string_view text, const EnvironmentRules& rules);

// The same for a whole file before it is parsed: comments are left alone.
[[nodiscard]] Expansion expand_file(std::string_view text, const EnvironmentRules& rules);

}  // namespace weir::config
