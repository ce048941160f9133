#include "plugins/processors/tag_limit/tag_limit.hpp"

#include <algorithm>

namespace weir::tag_limit {

void TagLimit::init() {
  possible_ = static_cast<std::int64_t>(keep.size()) <= limit;
  if (possible_) return;
  self.error("keep names " + std::to_string(keep.size()) + " tags, and limit is " +
             std::to_string(limit) + ": metrics pass as they are until limit is raised");
}

void TagLimit::edit(editor& rows) {
  if (possible_) rows.each_tag_keys([this](tag_keys& keys) { cut(keys); });
}

bool TagLimit::is_kept(std::string_view key) const {
  return std::find(keep.begin(), keep.end(), key) != keep.end();
}

void TagLimit::cut(tag_keys& keys) const {
  for (std::uint32_t i = 0; i < keys.size() && keys.size() > limit;) {
    if (is_kept(keys.key(i))) {
      ++i;
    } else {
      keys.remove(i);
    }
  }
}

}  // namespace weir::tag_limit

WEIR_MODULE("tag_limit", "1.0.0", weir::tag_limit::TagLimit)
