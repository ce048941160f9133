#pragma once

// The plugins that a file names, in the order they stand there.

#include <vector>

#include "core/config/plugin_reader.hpp"
#include "core/config/reporter.hpp"

namespace weir::config {

// [[inputs.x]], [inputs.x], [plugins.x] and a bare [x] are inputs; [outputs.x] is taken too; processors
// and aggregators want double brackets. Whatever else stands at the top of the file is reported.
[[nodiscard]] std::vector<Instance> find_instances(const Node& document, Reporter& reporter);

}  // namespace weir::config
