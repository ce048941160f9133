#include "plugins/common/memory/arena.hpp"

#include <algorithm>

namespace weir::common {

char* Arena::take(std::size_t n) {
  const std::size_t need = rounded(n);
  if (need > left_) {
    left_ = std::max(need, chunk_bytes);
    chunks_.push_back(std::make_unique<char[]>(left_));
    at_ = chunks_.back().get();
    bytes_ += left_;
  }
  char* const at = at_;
  at_ += need;
  left_ -= need;
  return at;
}

void Arena::clear() {
  chunks_.clear();
  left_ = bytes_ = 0;
}

std::size_t Arena::bytes_after(std::size_t n) const {
  return rounded(n) <= left_ ? bytes_ : bytes_ + std::max(rounded(n), chunk_bytes);
}

}  // namespace weir::common
