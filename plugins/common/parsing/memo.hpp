#pragma once

// What the parser has seen before: series by their raw bytes, field keys by theirs, and the strings
// both are made of, each with its id in the batch that is being built.
//
// Ids        Valid for one generation of the builder (builder.hpp); a mark tells which. So a new
//            batch costs nothing here.
// Threads    One thread.
// Errors     None: what finds no room is not remembered. Field keys always find room; trim() makes
//            it again.
// Limits     series_max series of at most series_bytes_max bytes each, keys_max field keys,
//            bytes_max bytes in all, and what the host's budget grants below that.

#include <cstdint>
#include <string_view>
#include <vector>

#include <weir/builder.hpp>
#include <weir/sink.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/hash_index.hpp"
#include "plugins/common/memory/text_memo.hpp"

namespace weir::common {

// A field key as it is written, with the '=' behind it.
struct FieldKey {
  const char* raw;
  std::uint32_t raw_len;
  std::uint32_t text;
  std::uint32_t seen;  // generation that id belongs to
  std::uint32_t id;
};

struct Series {
  const char* raw;        // name and tags as they are written
  std::uint32_t* tags;    // n_own pairs of texts, sorted by key
  std::uint32_t* fields;  // the field keys of its last record, all different
  std::uint32_t raw_len;
  std::uint32_t next;  // the series that came behind it the last time
  std::uint32_t name;  // text
  std::uint32_t seen;  // generation of the next three
  std::uint32_t name_id;
  std::uint32_t tag0;
  std::uint16_t n_tag;
  std::uint16_t n_own;
  std::uint32_t n_fields;
  std::uint32_t room_fields;
};

using Index = HashIndex;

class Memo {
 public:
  static constexpr std::uint32_t none = Index::none;
  static constexpr std::uint32_t series_max = 65536;
  static constexpr std::uint32_t series_bytes_max = 2048;
  static constexpr std::uint32_t keys_max = 65536;
  static constexpr std::size_t bytes_max = std::size_t{32} << 20U;

  Memo() = default;
  Memo(const Memo&) = delete;
  Memo& operator=(const Memo&) = delete;
  ~Memo() { charge_to(0); }

  // Where the memory is charged; without it nothing is.
  void set_host(weir::host h);

  // ---- series ----

  Series& series(std::uint32_t i) { return series_[i]; }
  // The series with its name and tags in the batch that is being built.
  Series& ready(std::uint32_t i, sink& out) {
    Series& s = series_[i];
    if (s.seen != out.generation()) materialize(s, out);
    return s;
  }
  std::uint32_t find_series(const char* raw, std::uint32_t len, std::uint64_t hashed);
  void count_hit() { ++found_; }
  // Has a series of this hash passed here lately? Asked for series that find_series does not know,
  // so that a stream in which every series is new costs no memory and no insertion.
  bool seen_before(std::uint64_t hashed);
  // Remembers a series whose name and sorted tags have ids in table. none where there is no room.
  std::uint32_t add_series(std::string_view raw, std::uint64_t hashed, std::uint32_t name,
                           const std::vector<weir_tag>& tags, const string_table& table);
  void set_fields(Series& s, const std::uint32_t* keys, std::uint32_t n);

  // ---- strings and field keys ----

  // The id of a text in the batch under construction.
  std::uint32_t id_of(std::uint32_t text, string_table& table, std::uint32_t generation) {
    return texts_.id_of(text, table, generation);
  }
  std::uint32_t id_of(FieldKey& k, string_table& table, std::uint32_t generation) {
    if (k.seen != generation) {
      k.id = id_of(k.text, table, generation);
      k.seen = generation;
    }
    return k.id;
  }
  FieldKey& key(std::uint32_t i) { return keys_[i]; }
  // raw: the key as written and the '='.
  std::uint32_t find_key(std::string_view raw, std::uint64_t hashed) const;
  std::uint32_t add_key(std::string_view raw, std::uint64_t hashed, std::string_view text);

  // Forgets everything where it has to: between two records only, for every position becomes void
  // then. True when it did.
  bool trim();
  // Forgets everything, whether it has to or not; the rest as above.
  void forget();
  std::size_t bytes() const;

 private:
  void materialize(Series& s, sink& out);
  bool has_room(std::size_t more);
  bool charge_to(std::size_t bytes);
  void forget_series();

  static constexpr std::size_t charge_step = std::size_t{256} << 10U;
  static constexpr std::size_t seen_buckets = 32768;

  Arena arena_;
  std::vector<Series> series_;
  TextMemo texts_{arena_};
  std::vector<FieldKey> keys_;
  std::vector<weir_tag> tags_;  // of the series at hand
  Index series_index_, key_index_;
  std::vector<std::uint64_t> seen_;  // four fingerprints each, the newest lowest
  std::uint64_t refused_ = 0;        // series that found no room since the last forget
  std::uint64_t found_ = 0;          // and those that were known
  bool full_ = false;                // keys found no room
  weir::host host_;
  const weir_budget_v1* budget_ = nullptr;
  std::size_t charged_ = 0;
};

}  // namespace weir::common
