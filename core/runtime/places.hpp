#pragma once

// Where this process keeps things and answers, when the configuration does not say: from the environment that
// systemd or a user's session sets.

#include <functional>
#include <optional>
#include <string>

#include "core/config/settings.hpp"

namespace weir::runtime {

using Environment = std::function<std::optional<std::string>(const char* name)>;

// The process's own.
std::optional<std::string> process_environment(const char* name);

// [weir] state_directory, else $STATE_DIRECTORY, else /var/lib/weir as root, else $XDG_STATE_HOME/weir, else
// ~/.local/state/weir. Empty where there is none of them.
std::string state_directory(const config::WeirSettings& settings, const Environment& environment,
                            bool root);

// [weir] admin, else $RUNTIME_DIRECTORY/weir.sock, else nothing: then the agent does not answer.
std::string admin_address(const config::WeirSettings& settings, const Environment& environment);

// Where the service answers unless it is configured otherwise.
inline constexpr const char* service_admin_address = "unix:/run/weir/weir.sock";

}  // namespace weir::runtime
