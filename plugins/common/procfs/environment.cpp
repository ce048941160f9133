#include "plugins/common/procfs/environment.hpp"

#include <unistd.h>

namespace weir::procfs {

std::string_view value_in(const char* const* environment, std::string_view name) {
  for (const char* const* entry = environment; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.size() > name.size() && text[name.size()] == '=' && text.starts_with(name)) {
      return text.substr(name.size() + 1);
    }
  }
  return {};
}

// getenv() may not be called beside other threads that use it to change things; a walk over what the
// process was given needs no such promise.
std::string_view environment_value(std::string_view name) { return value_in(environ, name); }

}  // namespace weir::procfs
