#pragma once

// The series that are known, found by the bytes they are sent with: a look at one table, without taking the
// name apart again. Several spellings (tags in another order) may be one series.
//
// Series and cells stay where they are, so that one thread may read what it was shown while another adds more.
//
// Threads    find() and learn() from one thread at a time.
// Ownership  Texts and cells lie in the directory.
// Errors     learn() gives nullptr and says why.
// Limits     cells_max; aliases_max spellings; what the host's budget grants.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/hash.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/charge.hpp"
#include "plugins/common/memory/hash_index.hpp"
#include "plugins/inputs/statsd/names.hpp"
#include "plugins/inputs/statsd/running_stats.hpp"

namespace weir::statsd {

// What came for a cell: the member that its kind needs.
struct Totals {
  std::uint64_t integer = 0;      // counter (two's complement), number of members of a set
  double number = 0;              // gauge, counter with float_counters
  RunningStats* stats = nullptr;  // timing
  std::int64_t last_ns = 0;       // when something came last
  bool absolute = false;          // gauge: number is its value, not a change to it
};

struct Slot : Totals {
  bool touched = false;
};

struct Tag {
  std::string_view key, value;
};
struct Cell;
struct Series {
  std::string_view identity;  // kind, name and tags in one text
  std::string_view name;
  const Tag* tags;
  std::uint32_t n_tags;
  Cell* first = nullptr;  // of its row, while rows are put together
  Cell* last = nullptr;
};

// A field of a series; a slot for each of the two windows, the one that fills and the one that is reported.
struct Cell {
  Series* series;
  std::string_view field;
  Kind kind;
  std::array<Slot, 2> slots{};
  Cell* next = nullptr;  // in its row
};

class Directory {
 public:
  static constexpr std::uint32_t cells_max = 1U << 20U;
  static constexpr std::uint32_t aliases_max = 1U << 21U;

  Directory(const Names& names, const host& home);

  // The cell of what was sent like this before, or nullptr.
  Cell* find(std::string_view bucket, std::string_view extra, Type type) const {
    const std::uint32_t at =
        aliases_index_.find(hash_of(bucket, extra, type),
                            [&](std::uint32_t i) { return aliases_[i].is(bucket, extra, type); });
    return at == common::HashIndex::none ? nullptr : aliases_[at].cell;
  }
  enum class Refusal : std::uint8_t { no_name, no_room };
  Cell* learn(std::string_view bucket, std::string_view extra, Type type, Refusal& why);
  // Memory for something of a cell's, as long as the directory; nullptr when refused.
  void* take(std::size_t bytes);

  std::size_t cells() const { return cells_.size(); }
  std::size_t aliases() const { return aliases_.size(); }

 private:
  struct Alias {
    std::string_view bytes;  // bucket, then extra
    std::size_t bucket;      // its length
    Type type;
    Cell* cell;
    bool is(std::string_view b, std::string_view e, Type t) const {
      return bucket == b.size() && type == t && bytes.substr(0, bucket) == b &&
             bytes.substr(bucket) == e;
    }
  };
  static std::uint64_t hash_of(std::string_view bucket, std::string_view extra, Type type) {
    const std::uint64_t h = hash(bucket) + static_cast<std::uint64_t>(type) * 0x9e3779b97f4a7c15ULL;
    return extra.empty() ? h : h * 0xd6e8feb86659fd93ULL ^ hash(extra);
  }
  bool room(std::size_t bytes);
  std::string_view store(std::string_view text);
  Series* series_of(const Identity& id);
  Series* add_series(const Identity& id, std::uint64_t hashed);
  Cell* cell_of(Series* series, const Identity& id, Kind kind);

  const Names& names_;
  common::Charge charge_;
  common::Arena arena_;
  std::vector<Alias> aliases_;
  std::vector<Series*> series_;
  std::vector<Cell*> cells_;
  common::HashIndex aliases_index_, series_index_, cells_index_;
  Identity identity_;  // of the one at hand
  std::string text_;
};

}  // namespace weir::statsd
