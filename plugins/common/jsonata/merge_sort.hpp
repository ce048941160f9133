#pragma once

// A stable sort whose comparison may be anything an expression says, contradictions included:
// the algorithms of the standard library may leave their range then.

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace weir::jsonata {

// behind(a, b): a belongs behind b. It is asked at most n log2 n times.
template <typename T, typename F>
void merge_sort(std::vector<T>& items, F&& behind) {
  std::vector<T> merged;
  for (std::size_t run = 1; run < items.size(); run *= 2) {
    merged.clear();
    for (std::size_t begin = 0; begin < items.size(); begin += 2 * run) {
      const std::size_t middle = std::min(begin + run, items.size());
      const std::size_t end = std::min(begin + 2 * run, items.size());
      std::size_t right = middle;
      for (std::size_t left = begin; left < middle; ++left) {
        while (right < end && behind(items[left], items[right])) merged.push_back(items[right++]);
        merged.push_back(items[left]);
      }
      merged.insert(merged.end(), items.begin() + static_cast<std::ptrdiff_t>(right),
                    items.begin() + static_cast<std::ptrdiff_t>(end));
    }
    items.swap(merged);
  }
}

}  // namespace weir::jsonata
