#include "plugins/processors/rename/rename.hpp"

namespace weir::rename {
namespace {

template <typename Keys, typename Rules>
void rename_all(Keys& keys, const Rules& rules) {
  for (const auto& rule : rules) {
    const int at = keys.find(rule.from);
    if (at >= 0) keys.rename(static_cast<std::uint32_t>(at), rule.to);
  }
}

}  // namespace

void Rename::init() {
  for (std::size_t i = 0; i < replaces.size(); ++i) add(replaces[i], i);
}

void Rename::add(const Replace& replace, std::size_t number) {
  if (replace.dest.empty()) {
    self.warn("replace[" + std::to_string(number) + "] has no dest and does nothing");
  } else if (!replace.measurement.empty()) {
    names_.push_back({replace.measurement, replace.dest});
  } else if (!replace.tag.empty()) {
    tags_.push_back({replace.tag, replace.dest});
  } else if (!replace.field.empty()) {
    fields_.push_back({replace.field, replace.dest});
  }
}

// Metrics, tags and fields do not see each other's names, so each kind follows its own rules.
void Rename::edit(editor& rows) {
  if (!names_.empty()) rows.each_name([this](std::string_view name) { return new_name(name); });
  if (!tags_.empty()) rows.each_tag_keys([this](tag_keys& keys) { rename_all(keys, tags_); });
  if (!fields_.empty()) {
    rows.each_field_keys([this](field_keys& keys) { rename_all(keys, fields_); });
  }
}

const std::string* Rename::new_name(std::string_view name) const {
  const std::string* made = nullptr;
  for (const Rule& rule : names_) {
    if (rule.from == (made != nullptr ? std::string_view(*made) : name)) made = &rule.to;
  }
  return made;
}

}  // namespace weir::rename

WEIR_MODULE("rename", "1.0.0", weir::rename::Rename)
