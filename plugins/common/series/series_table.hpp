#pragma once

// A number of some kind for each numeric field of each series: what aggregators keep of a window.
//
//   struct Sum {
//     double sum;
//     Sum(double v, std::int64_t ns) : sum(v) {}
//     void add(double v, std::int64_t ns) { sum += v; }
//   };
//   SeriesTable<Sum> table;
//   table.add(rows);
//   table.push(out, [](builder& row, std::string& key, const Sum& stat) {
//     row.field(key += "_sum", stat.sum);
//   });
//
// Threads    One thread at a time.
// Errors     Values that find no room are counted by refused(); all that is known is kept.
// Limits     Those of SeriesIndex. Stats are never destroyed one by one: they hold nothing.

#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>

#include <weir/batch.hpp>

#include "plugins/common/series/series_index.hpp"

namespace weir::common {

template <typename Stat>
class SeriesTable {
 public:
  static_assert(std::is_trivially_copyable_v<Stat>, "stats are moved as bytes");
  struct Field {
    std::uint32_t key;
    Stat stat;
  };

  void attach(const host& home) { index_.attach(home); }
  // Booleans and strings are left out.
  void add(const batch& rows) {
    index_.begin(rows.home());
    for (const row r : rows) add(rows.home(), r.raw());
    index_.end();
  }
  // Values that found no room since clear().
  std::uint64_t refused() const { return refused_; }
  std::uint32_t size() const { return index_.size(); }

  // f(series, fields, n): the n fields of each series, in the order they came in.
  template <typename F>
  void each(F&& f) const {
    for (std::uint32_t i = 0; i < index_.size(); ++i) {
      f(i, static_cast<const Field*>(index_.cells(i).at), index_.cells(i).n);
    }
  }
  // A row for each series: write(row, key, stat) for each of its fields. key is the field's, and
  // write's to change.
  template <typename F>
  void push(sink& out, F&& write) const {
    std::string key;
    each([&](std::uint32_t series, const Field* fields, std::uint32_t n) {
      builder& row = out.metric(index_.name(series));
      for (std::uint32_t i = 0; i < index_.tags(series); ++i) {
        row.tag(index_.tag_key(series, i), index_.tag_value(series, i));
      }
      for (std::uint32_t i = 0; i < n; ++i) {
        key = index_.text(fields[i].key);
        write(row, key, fields[i].stat);
      }
    });
  }
  const SeriesIndex& names() const { return index_; }

  void clear() {
    index_.clear();
    refused_ = 0;
  }

 private:
  using Cells = SeriesIndex::Cells;
  static bool is_number(const weir_field& f) {
    return f.type == WEIR_I64 || f.type == WEIR_U64 || f.type == WEIR_F64;
  }
  static Field* fields_of(const Cells& cells) { return static_cast<Field*>(cells.at); }

  // A series begins with its first number.
  void add(const block& home, const weir_row& r) {
    const weir_field* const end = home.fields() + r.field0 + r.n_field;
    const weir_field* f = home.fields() + r.field0;
    while (f != end && !is_number(*f)) ++f;
    if (f == end) return;
    const std::uint32_t series = index_.find(r);
    std::uint32_t guess = 0;  // fields come in the order they came in before
    for (; f != end; ++f) {
      if (!is_number(*f)) continue;
      if (series == SeriesIndex::none) {
        ++refused_;
      } else {
        guess = 1 + add_value(index_.cells(series), guess, home, *f, r);
      }
    }
  }
  // Returns the field's place.
  std::uint32_t add_value(Cells& cells, std::uint32_t guess, const block& home, const weir_field& f,
                          const weir_row& r) {
    const std::uint32_t key = index_.key_of(f.key);
    const double v = value(home, f).number();
    std::uint32_t at = guess;
    if (at >= cells.n || fields_of(cells)[at].key != key) at = find(cells, key);
    if (at < cells.n) {
      fields_of(cells)[at].stat.add(v, r.time_ns);
    } else if (key != SeriesIndex::none && grow(cells, r.n_field)) {
      new (fields_of(cells) + cells.n++) Field{key, Stat(v, r.time_ns)};
    } else {
      ++refused_;
    }
    return at;
  }
  static std::uint32_t find(const Cells& cells, std::uint32_t key) {
    std::uint32_t i = 0;
    while (i < cells.n && fields_of(cells)[i].key != key) ++i;
    return i;
  }
  // first: how many there will probably be.
  bool grow(Cells& cells, std::uint32_t first) {
    if (cells.n < cells.room) return true;
    const std::uint32_t room = cells.room == 0 ? first : cells.room * 2;
    void* fresh = index_.take(room * sizeof(Field));
    if (fresh == nullptr) return false;
    if (cells.n != 0) std::memcpy(fresh, cells.at, cells.n * sizeof(Field));
    cells.at = fresh;
    cells.room = room;
    return true;
  }

  SeriesIndex index_;
  std::uint64_t refused_ = 0;
};

}  // namespace weir::common
