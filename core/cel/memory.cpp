#include "core/cel/memory.hpp"

namespace weir::cel {
namespace {

constexpr std::size_t unit = sizeof(Value);

std::size_t rounded(std::size_t bytes) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

void* Memory::take(std::size_t bytes) {
  if (bytes > memory_bytes_max - used_) return nullptr;
  if (!room_) room_ = std::make_unique<Value[]>(memory_bytes_max / unit);
  Value* piece = room_.get() + used_ / unit;
  used_ += rounded(bytes);
  return piece;
}

void Memory::keep(const char* piece, std::size_t n) {
  // Characters may be looked at wherever they lie.
  const auto begin = static_cast<std::size_t>(piece - reinterpret_cast<const char*>(room_.get()));
  used_ = rounded(begin + n);
}

}  // namespace weir::cel
