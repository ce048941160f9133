#pragma once

// Which plugins --select lets run.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/glob.hpp"
#include "core/config/node.hpp"
#include "core/config/values.hpp"

namespace weir::config {

class LabelSelector {
 public:
  // Each selector is "key=value;key=value", all of which must hold; one selector must hold. * and ? in
  // values stand for any characters. Faults are reported.
  LabelSelector(const std::vector<std::string>& selectors, Reporter& reporter);

  // A plugin without labels always runs, and so does everything without selectors.
  [[nodiscard]] bool selects(const Node& plugin, Values& values) const;

 private:
  using Group = std::vector<std::pair<std::string, Glob>>;
  // Each says whether the text was of the right form.
  static bool add(std::string_view part, Group& group);
  bool add(const std::string& selector);

  std::vector<Group> groups_;
};

}  // namespace weir::config
