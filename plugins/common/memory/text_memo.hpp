#pragma once

// Strings that are stored once, each with its id in the batch that is being built.
//
// Ids        Valid for one generation of the builder (builder.hpp). So a new batch costs nothing here.
// Ownership  The bytes lie in the arena; whoever clears it clears this too.
// Threads    One thread at a time.
// Errors     std::bad_alloc.

#include <cstdint>
#include <string_view>
#include <vector>

#include <weir/builder.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/hash_index.hpp"

namespace weir::common {

class TextMemo {
 public:
  explicit TextMemo(Arena& arena) : arena_(arena) {}

  // The number of the string, which is stored where it is new; they count up from 0.
  std::uint32_t add(std::string_view s);
  std::string_view text(std::uint32_t number) const {
    return {texts_[number].bytes, texts_[number].len};
  }
  // Its id in the batch under construction.
  std::uint32_t id_of(std::uint32_t number, string_table& table, std::uint32_t generation) {
    Text& t = texts_[number];
    if (t.seen != generation) {
      t.id = table.intern({t.bytes, t.len}, t.hashed);
      t.seen = generation;
    }
    return t.id;
  }
  void clear();
  // What it takes beside the arena.
  std::size_t bytes() const { return texts_.capacity() * sizeof(Text) + index_.bytes(); }

 private:
  struct Text {
    const char* bytes;
    std::uint64_t hashed;
    std::uint32_t len;
    std::uint32_t seen;  // generation that id belongs to
    std::uint32_t id;
  };
  Arena& arena_;
  std::vector<Text> texts_;
  HashIndex index_;
};

}  // namespace weir::common
