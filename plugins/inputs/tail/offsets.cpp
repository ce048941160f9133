#include "plugins/inputs/tail/offsets.hpp"

#include <map>
#include <mutex>

namespace weir::tail {
namespace {

struct Saved {
  std::mutex mutex;
  std::map<std::string, std::int64_t> offsets;  // guarded by mutex
};
// A module is never unloaded: it outlives every instance.
Saved& saved() {
  static Saved all;
  return all;
}

}  // namespace

void save_offset(const std::string& path, std::int64_t offset) {
  Saved& all = saved();
  const std::lock_guard lock(all.mutex);
  const auto known = all.offsets.find(path);
  if (known != all.offsets.end()) {
    known->second = offset;
  } else if (all.offsets.size() < saved_files_max) {
    all.offsets.emplace(path, offset);
  }
}

std::optional<std::int64_t> saved_offset(const std::string& path) {
  Saved& all = saved();
  const std::lock_guard lock(all.mutex);
  const auto known = all.offsets.find(path);
  if (known == all.offsets.end()) return std::nullopt;
  return known->second;
}

}  // namespace weir::tail
