#pragma once

// A table checked against the options that a plugin declares, and written down for it.
//
// Errors  Reported with their places. Unknown keys of tables below are reported here; those of the
//         plugin's own table are left to the caller, who knows what else may stand there.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/config/table_view.hpp"
#include "core/config/values.hpp"

namespace weir::config {

using Options = std::vector<const weir_opt*>;

[[nodiscard]] Options options_of(const weir_plugin& plugin);
[[nodiscard]] Options children_of(const weir_opt& option);
[[nodiscard]] std::vector<std::string> names_of(const Options& options);
[[nodiscard]] std::vector<std::string> choices_of(const weir_opt& option);
[[nodiscard]] std::vector<std::string> aliases_of(const weir_opt& option);

// Where each option stands, by its path: "rules[2].pattern".
using OptionPlaces = std::map<std::string, Place>;

// Where what was read goes.
struct OptionTarget {
  OptionBlob& blob;
  OptionPlaces& places;
};

// Reads what options says from the table into the target. whose: "inputs.cpu", for messages.
void read_options(TableView& table, const Options& options, const std::string& whose,
                  Values& values, const OptionTarget& target);

// Says that nobody knows the key, with the nearest name that somebody knows.
void report_unknown(const Member& member, const std::string& whose,
                    const std::vector<std::string>& known, Reporter& reporter);

}  // namespace weir::config
