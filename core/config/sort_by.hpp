#pragma once

// Sorts by a key and keeps the order of what has the same one.

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace weir::config {

template <typename T, typename KeyOf>
void sort_by(std::vector<T>& items, KeyOf key_of) {
  using SortKey = decltype(key_of(items.front()));
  std::vector<std::pair<SortKey, std::size_t>> order;
  order.reserve(items.size());
  for (const T& item : items) order.emplace_back(key_of(item), order.size());
  std::sort(order.begin(), order.end());
  std::vector<T> sorted;
  sorted.reserve(items.size());
  for (const auto& [key, index] : order) sorted.push_back(std::move(items[index]));
  items = std::move(sorted);
}

}  // namespace weir::config
