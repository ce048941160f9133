#pragma once

// A stable sort whose comparison may be anything an expression says, contradictions included:
// the algorithms of the standard library may leave their range then.

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::jsonata {

// Appends the two sorted runs [begin, middle) and [middle, end) of `from` as one.
template <typename T, typename F>
void merge_runs(const std::vector<T>& from, std::size_t begin, std::size_t middle, std::size_t end,
                std::pair<std::vector<T>&, F&> to) {
  auto& [merged, behind] = to;
  std::size_t right = middle;
  for (std::size_t left = begin; left < middle; ++left) {
    while (right < end && behind(from[left], from[right])) merged.push_back(from[right++]);
    merged.push_back(from[left]);
  }
  while (right < end) merged.push_back(from[right++]);
}

// behind(a, b): a belongs behind b. It is asked at most n log2 n times.
template <typename T, typename F>
void merge_sort(std::vector<T>& items, F&& behind) {
  std::vector<T> merged;
  for (std::size_t run = 1; run < items.size(); run *= 2) {
    merged.clear();
    for (std::size_t begin = 0; begin < items.size(); begin += 2 * run) {
      const std::size_t middle = std::min(begin + run, items.size());
      const std::size_t end = std::min(begin + 2 * run, items.size());
      merge_runs<T, std::remove_reference_t<F>>(items, begin, middle, end, {merged, behind});
    }
    items.swap(merged);
  }
}

}  // namespace weir::jsonata
