#pragma once

// Regular expressions of an expression, and the functions that they are.
//
// Threads    Immutable once made.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/jsonata/function.hpp"

namespace re2 {
class RE2;
}

namespace weir::jsonata {

struct Match {
  std::size_t begin = 0, end = 0;  // bytes of the text
  std::vector<std::string> groups;
};

// Applied to a text it yields its first match, whose member `next` yields the following one.
class Regex final : public Function, public std::enable_shared_from_this<Regex> {
 public:
  // flags: some of i, m and s. Throws std::invalid_argument.
  Regex(std::string_view pattern, std::string_view flags);
  ~Regex() override;
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  Value call(Call& call) const override;
  std::size_t arity() const override { return 1; }

  // The first match at byte `from` or behind it.
  bool find(std::string_view text, std::size_t from, Match& match) const;
  // The match object of the first match from byte `from` on; undefined where there is none.
  Value first_match(Budget& budget, const std::shared_ptr<const std::string>& text,
                    std::size_t from) const;

 private:
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace weir::jsonata
