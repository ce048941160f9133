#include "plugins/common/series/series_index.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <weir/hash.hpp>

namespace weir::common {
namespace {

// A vector that has to grow takes half as much again as it will have, while it moves.
template <typename T>
std::size_t bytes_for(const std::vector<T>& v, std::size_t more) {
  if (v.size() + more <= v.capacity()) return v.capacity() * sizeof(T);
  return std::max(v.capacity() * 3, v.size() + more) * sizeof(T);
}

std::uint64_t hash_of(const std::vector<std::uint32_t>& numbers) {
  return hash(
      {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::uint32_t)});
}

}  // namespace

void SeriesIndex::begin(const block& home) {
  home_ = home;
  texts_of_batch_.begin(home.head().n_strs);
  ranges_of_batch_.begin(home.head().n_tags + 1);
}

void SeriesIndex::end() {
  if (texts_of_batch_.capacity_bytes() + ranges_of_batch_.capacity_bytes() <= batch_bytes_max) {
    return;
  }
  texts_of_batch_.give_back();
  ranges_of_batch_.give_back();
}

// Series mostly come in the order of the last time: a guess costs no hash and finds its memory side
// by side.
std::uint32_t SeriesIndex::find(const weir_row& row) {
  const OfRange* known = ranges_of_batch_.find(row.tag0);
  if (known != nullptr && known->name == row.name && known->n_tag == row.n_tag) {
    return known->series;
  }
  std::uint32_t series = latest_ == none ? none : series_[latest_].next;
  if (series == none || !is(series_[series], row)) series = look_up(row);
  if (series == none) return none;
  if (latest_ != none) series_[latest_].next = series;
  latest_ = series;
  ranges_of_batch_.set(row.tag0, {row.name, row.n_tag, series});
  return series;
}

bool SeriesIndex::is(const Series& series, const weir_row& row) {
  if (series.n != 1 + 2 * std::uint32_t{row.n_tag} || !is(series.texts[0], row.name)) return false;
  const weir_tag* tags = home_.tags() + row.tag0;
  for (std::uint32_t i = 0; i < row.n_tag; ++i) {
    if (!is(series.texts[1 + 2 * i], tags[i].key) || !is(series.texts[2 + 2 * i], tags[i].val)) {
      return false;
    }
  }
  return true;
}

bool SeriesIndex::is(std::uint32_t number, std::uint32_t id) {
  if (const std::uint32_t* known = texts_of_batch_.find(id)) return *known == number;
  if (texts_[number] != home_.str(id)) return false;
  texts_of_batch_.set(id, number);
  return true;
}

// The row as numbers of strings.
bool SeriesIndex::spell(const weir_row& row) {
  spelled_.clear();
  spelled_.push_back(key_of(row.name));
  const weir_tag* tags = home_.tags() + row.tag0;
  for (std::uint32_t i = 0; i < row.n_tag; ++i) {
    spelled_.push_back(key_of(tags[i].key));
    spelled_.push_back(key_of(tags[i].val));
  }
  return std::find(spelled_.begin(), spelled_.end(), none) == spelled_.end();
}

std::uint32_t SeriesIndex::look_up(const weir_row& row) {
  return spell(row) ? look_up_spelled() : none;
}

std::uint32_t SeriesIndex::adopt(const SeriesIndex& from, std::uint32_t series) {
  const Series& taken = from.series_[series];
  spelled_.clear();
  for (std::uint32_t i = 0; i < taken.n; ++i) {
    const std::uint32_t number = number_of(from.texts_[taken.texts[i]]);
    if (number == none) return none;
    spelled_.push_back(number);
  }
  return look_up_spelled();
}

// What was spelled.
std::uint32_t SeriesIndex::look_up_spelled() {
  const std::size_t bytes = spelled_.size() * sizeof(std::uint32_t);
  const std::uint64_t hashed = hash_of(spelled_);
  const std::uint32_t known = series_index_.find(hashed, [&](std::uint32_t i) {
    return series_[i].n == spelled_.size() &&
           std::memcmp(series_[i].texts, spelled_.data(), bytes) == 0;
  });
  return known != none ? known : add_series(hashed);
}

// What was spelled, as a new series.
std::uint32_t SeriesIndex::add_series(std::uint64_t hashed) {
  const std::size_t bytes = spelled_.size() * sizeof(std::uint32_t);
  const std::uint32_t fresh = size();
  if (fresh == series_max || !room(bytes, 0, 1) || !series_index_.add(hashed, fresh)) return none;
  auto* texts = reinterpret_cast<std::uint32_t*>(arena_.take(bytes));
  std::memcpy(texts, spelled_.data(), bytes);
  series_.push_back({texts, static_cast<std::uint32_t>(spelled_.size()), none, {nullptr, 0, 0}});
  return fresh;
}

std::uint32_t SeriesIndex::learn_text(std::uint32_t id) {
  const std::uint32_t number = number_of(home_.str(id));
  if (number != none) texts_of_batch_.set(id, number);
  return number;
}

std::uint32_t SeriesIndex::number_of(std::string_view s) {
  const std::uint64_t hashed = hash(s);
  const std::uint32_t known =
      text_index_.find(hashed, [&](std::uint32_t i) { return texts_[i] == s; });
  if (known != none) return known;
  const auto fresh = static_cast<std::uint32_t>(texts_.size());
  if (!room(s.size(), 1, 0) || !text_index_.add(hashed, fresh)) return none;
  char* bytes = arena_.take(s.size());
  if (!s.empty()) std::memcpy(bytes, s.data(), s.size());
  texts_.emplace_back(bytes, s.size());
  return fresh;
}

void* SeriesIndex::take(std::size_t n) { return room(n, 0, 0) ? arena_.take(n) : nullptr; }

bool SeriesIndex::room(std::size_t arena_bytes, std::size_t more_texts, std::size_t more_series) {
  return charge_.hold(arena_.bytes_after(arena_bytes) + bytes_for(texts_, more_texts) +
                      bytes_for(series_, more_series) +
                      HashIndex::bytes_for(texts_.size() + more_texts) +
                      HashIndex::bytes_for(series_.size() + more_series));
}

void SeriesIndex::clear() {
  texts_ = std::vector<std::string_view>();  // = {} would keep the memory that is no longer charged
  series_ = std::vector<Series>();
  text_index_.clear();
  series_index_.clear();
  latest_ = none;
  arena_.clear();
  charge_.hold(0);
}

void report_refused(const host& home, std::uint64_t values, std::uint32_t series) {
  if (values == 0) return;
  home.count(0, values);
  home.error(std::to_string(values) + " values found no room in the memory limit beside " +
             std::to_string(series) +
             " series of this window; raise memory_limit, shorten the period or " +
             "filter what the aggregator sees");
}

}  // namespace weir::common
