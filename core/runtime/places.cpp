#include "core/runtime/places.hpp"

#include <cstdlib>

namespace weir::runtime {
namespace {

// systemd writes several directories with colons between them: the first is the agent's own.
std::string first_of(const std::optional<std::string>& directories) {
  return directories ? directories->substr(0, directories->find(':')) : std::string();
}

}  // namespace

std::optional<std::string> process_environment(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::string state_directory(const config::WeirSettings& settings, const Environment& environment,
                            bool root) {
  if (!settings.state_directory.empty()) return settings.state_directory;
  if (std::string given = first_of(environment("STATE_DIRECTORY")); !given.empty()) return given;
  if (root) return "/var/lib/weir";
  const std::string state = environment("XDG_STATE_HOME").value_or("");
  if (!state.empty()) return state + "/weir";
  const std::string home = environment("HOME").value_or("");
  return home.empty() ? std::string() : home + "/.local/state/weir";
}

std::string admin_address(const config::WeirSettings& settings, const Environment& environment) {
  if (!settings.admin.empty()) return settings.admin;
  const std::string runtime = first_of(environment("RUNTIME_DIRECTORY"));
  return runtime.empty() ? std::string() : "unix:" + runtime + "/weir.sock";
}

}  // namespace weir::runtime
