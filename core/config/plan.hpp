#pragma once

// What is different between two configurations, by instance: what a reload leaves alone and what it exchanges.
//
// Identity  kind and alias, else kind, name and number among those without an alias. Where several plugins of one name
//           have no alias, those with the same settings belong together first, wherever they stand.
// Equality  By value, of all that an instance would notice: its own settings, and what it takes from [agent], [weir]
//           and [global_tags]. Where a setting stands in the files does not matter.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/config/settings.hpp"

namespace weir::config {

struct Change {
  static constexpr std::size_t none = SIZE_MAX;
  enum class What : std::uint8_t { same, changed, added, removed };
  What what{What::same};
  std::string name;                       // "outputs.kafka::main", "inputs.cpu", "inputs.file#2"
  std::vector<std::string> because;       // Of changed: "options", "filter", ...
  std::size_t before{none}, after{none};  // Where it stands in the two lists of settings.
};
// First those of the new list, one for each and in its order, then what was removed.
using Changes = std::vector<Change>;

struct Plan {
  Changes inputs, processors, aggregate_processors, aggregators, outputs;
  std::vector<std::string>
      restart;  // Keys that differ and that only a restart of the process puts into effect.
};

[[nodiscard]] Plan make_plan(const Settings& before, const Settings& after);
[[nodiscard]] const char* change_name(Change::What what);
// One line for each instance, and the sums.
[[nodiscard]] std::string plan_text(const Plan& plan);
// As one JSON object.
[[nodiscard]] std::string plan_json(const Plan& plan);
// The sums alone: "1 changed, 2 added, 0 removed, 7 left alone".
[[nodiscard]] std::string plan_sums(const Plan& plan);

}  // namespace weir::config
