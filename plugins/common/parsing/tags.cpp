#include "plugins/common/parsing/tags.hpp"

#include <algorithm>

namespace weir::common {
namespace {

// Stable, and the fastest for the few tags that most records have.
template <typename Less>
void insertion_sort(std::vector<weir_tag>& tags, Less&& less) {
  for (std::size_t i = 1; i < tags.size(); ++i) {
    const weir_tag t = tags[i];
    std::size_t at = i;
    for (; at > 0 && less(t, tags[at - 1]); --at) tags[at] = tags[at - 1];
    tags[at] = t;
  }
}

}  // namespace

void sort_tags(std::vector<weir_tag>& tags, const string_table& strings) {
  const auto less = [&](weir_tag a, weir_tag b) { return strings.str(a.key) < strings.str(b.key); };
  constexpr std::size_t few = 32;
  if (tags.size() > few) {
    std::stable_sort(tags.begin(), tags.end(), less);
  } else {
    insertion_sort(tags, less);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (i + 1 == tags.size() || tags[i].key != tags[i + 1].key) tags[kept++] = tags[i];
  }
  tags.resize(kept);
}

}  // namespace weir::common
