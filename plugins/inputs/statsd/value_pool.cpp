#include "plugins/inputs/statsd/value_pool.hpp"

#include <bit>
#include <cstring>
#include <new>
#include <utility>

namespace weir::statsd {

unsigned ValuePool::class_of(std::uint32_t room) {
  return static_cast<unsigned>(std::countr_zero(room / smallest));
}

bool ValuePool::grow(Values& values) {
  if (values.n < values.room) return true;
  const std::uint32_t room = values.room == 0 ? smallest : values.room * 2;
  Free*& spare = free_.at(class_of(room));
  Values fresh{nullptr, values.n, room};
  if (spare != nullptr) {
    Free* const taken = std::exchange(spare, spare->next);
    fresh.at = reinterpret_cast<double*>(taken);
  } else {
    const std::size_t bytes = room * sizeof(double);
    const std::size_t after = arena_.bytes_after(bytes);
    if (after > bytes_max || !charge_.hold(after)) return false;
    fresh.at = reinterpret_cast<double*>(arena_.take(bytes));
  }
  if (values.n != 0) std::memcpy(fresh.at, values.at, values.n * sizeof(double));
  give_back(values);
  values = fresh;
  return true;
}

void ValuePool::give_back(Values& values) {
  if (values.at != nullptr) {
    Free*& spare = free_.at(class_of(values.room));
    spare = new (values.at) Free{spare};
  }
  values = {};
}

}  // namespace weir::statsd
