#pragma once

// Whole metrics that a plugin keeps beyond a batch: fields of every type, texts included, beside the series that they
// belong to.
//
// Ownership  Rows lie in the memory of their SeriesIndex, and end with its clear().
// Threads    One thread at a time.
// Errors     false where memory is refused: the row then has some of the fields, each whole.
// Limits     Those of SeriesIndex. Room of a text or a row that grew is not used again.

#include <cstdint>
#include <string>
#include <string_view>

#include <weir/sink.hpp>

#include "plugins/common/series/series_index.hpp"

namespace weir::common {

struct KeptField {
  std::uint32_t key;         // of the index
  std::uint8_t type;         // WEIR_I64...
  std::uint32_t size, room;  // of a text
  std::uint64_t bits;        // of what is no text
  char* text;
};

struct KeptRow {
  std::int64_t time_ns;
  KeptField* fields;
  std::uint32_t n, room;
  std::uint8_t kind;
};

class RowKeeper {
 public:
  explicit RowKeeper(SeriesIndex& index) : index_(index) {}

  // A new row without fields; nullptr when refused.
  KeptRow* make();
  // The row becomes a copy. Keys are those of the block that the index has begun with.
  bool assign(KeptRow& to, const block& home, const weir_row& from);
  // Adds the field, or gives it the new value.
  bool set(KeptRow& to, const block& home, const weir_field& f);
  // A copy of a row of another index.
  bool copy(KeptRow& to, const KeptRow& from, const SeriesIndex& of);

  // The row as a metric of its series, with suffix behind every field's key.
  void emit(sink& out, std::uint32_t series, const KeptRow& row, std::string_view suffix = {});

  // The field of that key, or nullptr.
  static KeptField* find(const KeptRow& row, std::uint32_t key);
  // Same type and same value; NaN equals nothing.
  static bool same(const KeptField& kept, const block& home, const weir_field& f);

 private:
  static void write(builder& row, std::string_view key, const KeptField& f);
  struct Content {
    std::uint8_t type;
    std::uint64_t bits;
    std::string_view text;
  };
  static Content content_of(const block& home, const weir_field& f);
  KeptField* add(KeptRow& to, std::uint32_t key);
  bool put(KeptField& to, const Content& content);

  SeriesIndex& index_;
  std::string key_;
};

}  // namespace weir::common
