#pragma once

// The series of a window: names, tags and field keys as strings that are stored once, and each
// series as the numbers of its strings.
//
// A batch is looked at string by string: what a string's number is, is asked once per batch and
// string; which series a tag range is, once per range. A row of a series that the batch has shown
// before costs a look at two tables.
//
// Threads    One thread at a time.
// Errors     find() and key_of() say none where memory is refused; what was there before stays.
// Limits     series_max series, and what the host's budget grants. A batch's own tables are kept up
//            to batch_bytes_max.

#include <cstdint>
#include <string_view>
#include <vector>

#include <weir/batch.hpp>
#include <weir/shapes.hpp>
#include <weir/sink.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/charge.hpp"
#include "plugins/common/memory/hash_index.hpp"

namespace weir::common {

class SeriesIndex {
 public:
  static constexpr std::uint32_t none = HashIndex::none;
  static constexpr std::uint32_t series_max = 1U << 20U;
  static constexpr std::size_t batch_bytes_max = std::size_t{1} << 20U;

  // Where memory is charged; in init().
  void attach(const host& home) { charge_.attach(home); }
  // Begins with the rows of another block; end() when they are done.
  void begin(const block& home);
  void end();

  // The number of the row's series, which may be new; they count up from 0.
  std::uint32_t find(const weir_row& row);
  // Takes over a series of another index, without its cells; none where there is no room.
  std::uint32_t adopt(const SeriesIndex& from, std::uint32_t series);
  // The number of a string of the block.
  std::uint32_t key_of(std::uint32_t id) {
    if (const std::uint32_t* known = texts_of_batch_.find(id)) return *known;
    return learn_text(id);
  }
  // What somebody keeps beside a series.
  struct Cells {
    void* at;
    std::uint32_t n, room;
  };
  Cells& cells(std::uint32_t series) { return series_[series].cells; }
  const Cells& cells(std::uint32_t series) const { return series_[series].cells; }
  // The number of a text.
  std::uint32_t number_of(std::string_view s);
  // Bytes for it; nullptr when refused. They are never given back one by one.
  void* take(std::size_t n);

  std::uint32_t size() const { return static_cast<std::uint32_t>(series_.size()); }
  std::string_view text(std::uint32_t number) const { return texts_[number]; }
  std::string_view name(std::uint32_t series) const { return text(series_[series].texts[0]); }
  std::uint32_t tags(std::uint32_t series) const { return (series_[series].n - 1) / 2; }
  std::string_view tag_key(std::uint32_t series, std::uint32_t i) const {
    return text(series_[series].texts[1 + 2 * i]);
  }
  std::string_view tag_value(std::uint32_t series, std::uint32_t i) const {
    return text(series_[series].texts[2 + 2 * i]);
  }
  // Forgets everything and gives the memory back.
  void clear();

 private:
  struct Series {
    const std::uint32_t* texts;  // name, then keys and values of the tags
    std::uint32_t n;
    std::uint32_t next;  // the series that came behind it the last time
    Cells cells;
  };
  struct OfRange {  // which series a tag range is, with which name
    std::uint32_t name, n_tag, series;
  };
  std::uint32_t learn_text(std::uint32_t id);
  std::uint32_t look_up(const weir_row& row);
  std::uint32_t look_up_spelled();
  std::uint32_t add_series(std::uint64_t hashed);
  bool spell(const weir_row& row);
  bool is(const Series& series, const weir_row& row);
  bool is(std::uint32_t number, std::uint32_t id);
  bool room(std::size_t arena_bytes, std::size_t more_texts, std::size_t more_series);

  block home_{nullptr};
  id_memo<std::uint32_t> texts_of_batch_;
  id_memo<OfRange> ranges_of_batch_;
  std::vector<std::uint32_t> spelled_;  // the row at hand
  std::uint32_t latest_ = none;         // the series of the row before
  Arena arena_;
  std::vector<std::string_view> texts_;
  std::vector<Series> series_;
  HashIndex text_index_, series_index_;
  Charge charge_;
};

// The self-metric of a plugin that keeps series; the first of its metrics.
inline constexpr weir_metric_decl values_refused_decl{
    sizeof(weir_metric_decl), WEIR_COUNTER, "values_refused", "values",
    "Values that found no room in the memory limit"};

// Counts and says, at the end of a window, what found no room in it.
void report_refused(const host& home, std::uint64_t values, std::uint32_t series);

}  // namespace weir::common
