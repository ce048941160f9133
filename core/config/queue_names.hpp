#pragma once

// The names by which outputs find their queues on disk again after a restart.

#include <vector>

#include "core/config/node.hpp"
#include "core/config/reporter.hpp"
#include "core/config/settings.hpp"

namespace weir::config {

// Names the queue of the last of outputs: by its alias, else by its plugin and how many of that plugin stand before
// it, which is an error where the output itself asks for a disk queue, and a warning where [agent] does. No two of
// outputs may have one name.
void name_queue(std::vector<OutputSettings>& outputs, const AgentSettings& agent, const Node& table,
                Reporter& reporter);

// The name as one of a file: other bytes than letters, digits, "-", "_" and "." become %XX.
[[nodiscard]] std::string file_name_of(std::string_view name);

}  // namespace weir::config
