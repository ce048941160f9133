#pragma once

// Sets of tags that were seen before, each with its tag range in the batch that is being built: rows
// with the same labels share one range.
//
// Ownership  Texts and sets lie in the arena; whoever clears it clears this too.
// Threads    One thread at a time.
// Errors     std::bad_alloc.

#include <cstdint>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/hash_index.hpp"
#include "plugins/common/memory/text_memo.hpp"

namespace weir::exposition {

class LabelSets {
 public:
  // A label as numbers of its texts.
  struct Pair {
    std::uint32_t key, value;
  };
  // As add_row() of a builder takes it.
  struct Range {
    std::uint32_t tag0;
    std::uint16_t n_tag;
  };

  explicit LabelSets(common::Arena& arena) : texts_(arena), arena_(arena) {}

  common::TextMemo& texts() { return texts_; }
  // The number of the set, which is stored where it is new. pairs is sorted by this; of equal keys
  // the last one stays.
  std::uint32_t add(std::vector<Pair>& pairs);
  // Its pairs, sorted by the texts of their keys, at the end of a vector.
  void append(std::uint32_t set, std::vector<Pair>& to) const {
    to.insert(to.end(), sets_[set].pairs, sets_[set].pairs + sets_[set].n);
  }
  // The tags of a set in the batch that out is building.
  Range range_of(std::uint32_t set, sink& out) {
    Set& s = sets_[set];
    if (s.seen != out.generation()) put(s, out);
    return s.range;
  }
  void clear();
  // What it takes beside the arena.
  std::size_t bytes() const {
    return texts_.bytes() + sets_.capacity() * sizeof(Set) + index_.bytes();
  }

 private:
  struct Set {
    const Pair* pairs;
    std::uint32_t n;
    std::uint32_t seen;  // generation that range belongs to
    Range range;
  };
  void put(Set& s, sink& out);
  void sort(std::vector<Pair>& pairs) const;
  // A text may have two numbers, though it seldom has.
  bool same_key(Pair a, Pair b) const {
    return a.key == b.key || texts_.text(a.key) == texts_.text(b.key);
  }

  common::TextMemo texts_;
  common::Arena& arena_;
  std::vector<Set> sets_;
  common::HashIndex index_;
  std::vector<weir_tag> tags_;  // of the set at hand
};

}  // namespace weir::exposition
