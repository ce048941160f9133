#pragma once

// One file of the configuration as a tree: statements of the dialect, put where their headers say.
//
// Errors  Reported with their places; reading goes on at the next line, so that all are found at once.

#include <cstdint>
#include <string_view>

#include "core/config/mapped_text.hpp"
#include "core/config/node.hpp"
#include "core/config/reporter.hpp"

namespace weir::config {

struct DocumentOptions {
  const Environment* environment{nullptr};
  bool env_non_strict{false}, env_old{false};
};

// The file of that index in the reporter's Sources; a table.
[[nodiscard]] Node read_document(std::uint32_t file, const DocumentOptions& options,
                                 Reporter& reporter);

// True for names whose values are nobody's business: password, token, api_key...
[[nodiscard]] bool is_secret_name(std::string_view name);

}  // namespace weir::config
