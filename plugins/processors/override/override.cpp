#include "plugins/processors/override/override.hpp"

namespace weir::overriding {

void Override::edit(editor& rows) {
  if (!name_override.empty() || !name_prefix.empty() || !name_suffix.empty()) {
    rows.each_name([this](std::string_view name) { return new_name(name); });
  }
  if (tags.empty()) return;
  rows.each_tag_keys([this](tag_keys& keys) {
    for (const auto& [key, value] : tags) keys.set(key, value);
  });
}

const std::string* Override::new_name(std::string_view name) {
  made_ = name_prefix;
  made_ += name_override.empty() ? name : std::string_view(name_override);
  made_ += name_suffix;
  return &made_;
}

}  // namespace weir::overriding

WEIR_MODULE("override", "1.0.0", weir::overriding::Override)
