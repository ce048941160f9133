#pragma once

// Which files make up the configuration, and their texts.

#include <string>
#include <vector>

#include "core/config/load.hpp"
#include "core/config/reporter.hpp"

namespace weir::config {

// The files that options name, in the order they are to be read; default places where it names none.
[[nodiscard]] std::vector<std::string> find_files(const LoadOptions& options, Reporter& reporter);

// Reads them; what cannot be read is reported and left out.
[[nodiscard]] std::vector<ConfigText> read_files(const std::vector<std::string>& files,
                                                 Reporter& reporter);

}  // namespace weir::config
