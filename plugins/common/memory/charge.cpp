#include "plugins/common/memory/charge.hpp"

namespace weir::common {

void Charge::attach(const host& home) {
  hold(0);
  home_ = home;
  budget_ = home ? home.extension<weir_budget_v1>(WEIR_EXT_BUDGET) : nullptr;
}

bool Charge::hold(std::size_t bytes) {
  const std::size_t want = (bytes + step_bytes - 1) / step_bytes * step_bytes;
  const auto more = static_cast<std::int64_t>(want) - static_cast<std::int64_t>(held_);
  if (more == 0) return true;
  if (budget_ != nullptr && budget_->charge(home_.context(), more) != WEIR_OK) return false;
  held_ = want;
  return true;
}

}  // namespace weir::common
