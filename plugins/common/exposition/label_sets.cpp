#include "plugins/common/exposition/label_sets.hpp"

#include <algorithm>
#include <cstring>

#include <weir/hash.hpp>

namespace weir::exposition {

std::uint32_t LabelSets::add(std::vector<Pair>& pairs) {
  sort(pairs);
  const std::size_t bytes = pairs.size() * sizeof(Pair);
  const std::uint64_t hashed = hash({reinterpret_cast<const char*>(pairs.data()), bytes});
  const std::uint32_t known = index_.find(hashed, [&](std::uint32_t i) {
    const Set& s = sets_[i];
    return s.n == pairs.size() && (s.n == 0 || std::memcmp(s.pairs, pairs.data(), bytes) == 0);
  });
  if (known != common::HashIndex::none) return known;

  Set s{};
  auto* const to = reinterpret_cast<Pair*>(arena_.take(bytes));
  std::copy(pairs.begin(), pairs.end(), to);
  s.pairs = to;
  s.n = static_cast<std::uint32_t>(pairs.size());
  const auto at = static_cast<std::uint32_t>(sets_.size());
  sets_.push_back(s);
  index_.add(hashed, at);  // where it fails the set is only stored twice
  return at;
}

void LabelSets::sort(std::vector<Pair>& pairs) const {
  std::stable_sort(pairs.begin(), pairs.end(), [this](Pair a, Pair b) {
    return a.key != b.key && texts_.text(a.key) < texts_.text(b.key);
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const bool replaced = i + 1 < pairs.size() && same_key(pairs[i], pairs[i + 1]);
    if (!replaced) pairs[kept++] = pairs[i];
  }
  pairs.resize(kept);
}

void LabelSets::put(Set& s, sink& out) {
  const std::uint32_t generation = out.generation();
  tags_.resize(s.n);
  for (std::uint32_t i = 0; i < s.n; ++i) {
    tags_[i] = {texts_.id_of(s.pairs[i].key, out.strings(), generation),
                texts_.id_of(s.pairs[i].value, out.strings(), generation)};
  }
  s.range.tag0 = out.add_tags(tags_.data(), s.n);
  s.range.n_tag = out.n_tags_from(s.range.tag0);
  s.seen = generation;
}

void LabelSets::clear() {
  texts_.clear();
  sets_ = std::vector<Set>();
  index_.clear();
}

}  // namespace weir::exposition
