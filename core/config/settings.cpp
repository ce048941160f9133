#include "core/config/settings.hpp"

#include <cstring>

namespace weir::config {
namespace {

// The bytes without the places of the values.
std::vector<std::uint64_t> without_places(const OptionBlob& blob) {
  std::vector<std::uint64_t> storage = blob.storage;
  auto* const bytes = reinterpret_cast<std::uint8_t*>(storage.data());
  for (const std::uint64_t at : blob.values) {
    weir_value value;
    std::memcpy(&value, bytes + at, sizeof value);
    value.line = value.col = 0;
    std::memcpy(bytes + at, &value, sizeof value);
  }
  return storage;
}

}  // namespace

bool OptionBlob::operator==(const OptionBlob& other) const {
  return n == other.n && bytes == other.bytes && values == other.values &&
         secrets == other.secrets && without_places(*this) == without_places(other);
}

}  // namespace weir::config
