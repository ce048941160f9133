#include "plugins/common/memory/text_memo.hpp"

#include <cstring>

#include <weir/hash.hpp>

namespace weir::common {

std::uint32_t TextMemo::add(std::string_view s) {
  const std::uint64_t hashed = hash(s);
  const std::uint32_t known = index_.find(hashed, [&](std::uint32_t i) { return text(i) == s; });
  if (known != HashIndex::none) return known;
  char* const bytes = arena_.take(s.size());
  if (!s.empty()) std::memcpy(bytes, s.data(), s.size());
  const auto at = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back({bytes, hashed, static_cast<std::uint32_t>(s.size()), 0, 0});
  index_.add(hashed, at);  // where it fails the text is only stored twice
  return at;
}

void TextMemo::clear() {
  texts_ = std::vector<Text>();  // = {} would keep the memory
  index_.clear();
}

}  // namespace weir::common
