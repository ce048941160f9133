#include "core/queue/recycler.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace weir::queue {
namespace {

constexpr std::uint64_t page_bytes = 4096;

std::uint8_t* mapped(std::uint64_t cap) {
  void* at = ::mmap(nullptr, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(at);
}

constexpr std::uint64_t round_up(std::uint64_t bytes, std::uint64_t step) {
  return (bytes + step - 1) / step * step;
}

}  // namespace

Recycler::~Recycler() {
  for (const Kept& kept : kept_) release(kept.data, kept.cap);
}

std::uint64_t Recycler::size_of(std::uint64_t bytes) {
  if (bytes < large_bytes) return round_up(bytes, alignment);
  return round_up(bytes, std::max(page_bytes, std::bit_floor(bytes) / 8));
}

std::uint8_t* Recycler::take(std::uint64_t cap) {
  if (maps(cap)) {
    std::uint8_t* const kept = take_kept(cap);
    return kept != nullptr ? kept : mapped(cap);
  }
  return static_cast<std::uint8_t*>(std::aligned_alloc(alignment, cap));
}

std::uint8_t* Recycler::take_kept(std::uint64_t cap) {
  const std::lock_guard lock(mutex_);
  const auto at = std::find_if(kept_.rbegin(), kept_.rend(),
                               [cap](const Kept& kept) { return kept.cap == cap; });
  if (at == kept_.rend()) return nullptr;
  std::uint8_t* const data = at->data;
  kept_.erase(std::next(at).base());
  kept_bytes_ -= cap;
  unneeded_ = std::min(unneeded_, kept_.size());
  return data;
}

void Recycler::put(std::uint8_t* data, std::uint64_t cap) {
  if (maps(cap)) {
    const std::lock_guard lock(mutex_);
    if (kept_.size() < kept_max && kept_bytes_ + cap <= bytes_max_) {
      kept_.push_back({data, cap});
      kept_bytes_ += cap;
      return;
    }
  }
  release(data, cap);
}

void Recycler::release(std::uint8_t* data, std::uint64_t cap) const {
  if (maps(cap)) {
    ::munmap(data, cap);
  } else {
    std::free(data);
  }
}

void Recycler::trim() {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < unneeded_; ++i) {
    kept_bytes_ -= kept_[i].cap;
    release(kept_[i].data, kept_[i].cap);
  }
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(unneeded_));
  unneeded_ = kept_.size();
}

std::uint64_t Recycler::kept_bytes() {
  const std::lock_guard lock(mutex_);
  return kept_bytes_;
}

}  // namespace weir::queue
