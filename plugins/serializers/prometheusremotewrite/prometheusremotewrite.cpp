#include "plugins/serializers/prometheusremotewrite/prometheusremotewrite.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include "plugins/common/text/print_number.hpp"
#include "plugins/serializers/prometheusremotewrite/native_histogram.hpp"

namespace weir::remote_write {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <typename Meaning>
Meaning* meanings(const common::SeriesIndex::Cells& cells) {
  return static_cast<Meaning*>(cells.at);
}

// Strings are no samples. Those of a histogram's bucket say at least that there is one.
bool is_text(const row& r, std::uint8_t type) {
  return type == WEIR_STRING && !common::is_composed(r.kind());
}

std::string_view printed(double number, char (&buffer)[common::number_bytes]) {
  return {buffer, static_cast<std::size_t>(common::print_general(buffer, number) - buffer)};
}

}  // namespace

void RemoteWriteSerializer::init() {
  index_.attach(self);
  request_.attach(self);
}

// ---- requests ----

void RemoteWriteSerializer::begin_batch(const batch& b) {
  index_.end();
  index_.begin(b.home());
  batch_ = &b.home().head();
}

void RemoteWriteSerializer::begin_request() {
  if (refused_ || request_.full()) {
    index_.clear();
    index_.begin(block(batch_));
    request_.forget();
    refused_ = false;
  }
  request_.begin();
}

void RemoteWriteSerializer::serialize(const row& r, text& out) {
  begin_request();
  add(r);
  request_.finish(sort_metrics, out);
}

void RemoteWriteSerializer::serialize_document(const batch& rows, text& out) {
  begin_request();
  for (const row r : rows) add(r);
  request_.finish(sort_metrics, out);
}

// ---- rows ----

void RemoteWriteSerializer::add(const row& r) {
  if (r.kind() == WEIR_HISTOGRAM && add_native(r)) return;
  if (has_own_labels(r)) return add_unknown(r);
  const std::uint32_t series = index_.find(r.raw());
  if (series != common::SeriesIndex::none) return add_known(r, index_.cells(series));
  refused_ = true;
  add_unknown(r);
}

// Do its labels depend on more than its tags?
bool RemoteWriteSerializer::has_own_labels(const row& r) const {
  if (!string_as_label) return false;
  const weir_field* const first = r.home().fields() + r.raw().field0;
  return std::any_of(first, first + r.raw().n_field,
                     [](const weir_field& f) { return f.type == WEIR_STRING; });
}

bool RemoteWriteSerializer::add_native(const row& r) {
  if (!encode_native_histogram(r, histogram_)) return false;
  const std::uint32_t native = series(subject(r), std::string(r.name()));
  request_.set_histogram(native, histogram_, r.time_ns());
  return true;
}

void RemoteWriteSerializer::add_known(const row& r, common::SeriesIndex::Cells& cells) {
  const weir_field* const first = r.home().fields() + r.raw().field0;
  std::uint32_t guess = 0;
  for (const weir_field* f = first; f != first + r.raw().n_field; ++f) {
    if (is_text(r, f->type)) continue;
    const value v(r.home(), *f);
    if (const Meaning* m = meaning_at(cells, guess, r, *f)) {
      put(*m, r, v);
    } else {
      refused_ = true;
      put(meaning(subject(r), r.home().str(f->key)), r, v);
    }
  }
}

// guess: where it may be; set to the place behind it. nullptr where it finds no room.
const RemoteWriteSerializer::Meaning* RemoteWriteSerializer::meaning_at(
    common::SeriesIndex::Cells& cells, std::uint32_t& guess, const row& r, const weir_field& f) {
  const std::uint32_t key = index_.key_of(f.key);
  if (key == common::SeriesIndex::none) return nullptr;
  const auto is = [&](std::uint32_t i) {
    const Meaning& m = meanings<Meaning>(cells)[i];
    return m.key == key && m.kind == r.kind();
  };
  std::uint32_t at = guess;
  if (at >= cells.n || !is(at)) {
    at = 0;
    while (at < cells.n && !is(at)) ++at;
  }
  guess = at + 1;
  if (at == cells.n) {
    if (!grow(cells, r.raw().n_field)) return nullptr;
    Meaning fresh = meaning(subject(r), r.home().str(f.key));
    fresh.key = key;
    new (meanings<Meaning>(cells) + cells.n++) Meaning(fresh);
  }
  return meanings<Meaning>(cells) + at;
}

// first: how many there will probably be.
bool RemoteWriteSerializer::grow(common::SeriesIndex::Cells& cells, std::uint32_t first) {
  static_assert(std::is_trivially_copyable_v<Meaning>, "meanings are moved as bytes");
  if (cells.n < cells.room) return true;
  const std::uint32_t room = cells.room == 0 ? first : cells.room * 2;
  void* const fresh = index_.take(room * sizeof(Meaning));
  if (fresh == nullptr) return false;
  if (cells.n != 0) std::memcpy(fresh, cells.at, cells.n * sizeof(Meaning));
  cells.at = fresh;
  cells.room = room;
  return true;
}

void RemoteWriteSerializer::add_unknown(const row& r) {
  const Subject of = subject(r);
  for (const auto& f : r.fields()) {
    if (!is_text(r, f.value.type())) put(meaning(of, f.key), r, f.value);
  }
}

void RemoteWriteSerializer::put(const Meaning& m, const row& r, const value& v) {
  const std::int64_t time_ns = r.time_ns();
  switch (m.what) {
    case What::nothing: return;
    case What::value:
      if (v.type() != WEIR_STRING) request_.set(m.series[0], v.number(), time_ns);
      return;
    case What::sum:
      if (const auto sum = common::sum_of(v)) request_.set(m.series[0], *sum, time_ns);
      return;
    case What::count:
      if (const auto count = common::count_of(v)) request_.set(m.series[0], *count, time_ns);
      return;
    case What::histogram_count:
      if (const auto count = common::count_of(v)) {
        request_.set_over_zero(m.series[1], *count, time_ns);
        request_.set(m.series[0], *count, time_ns);
      }
      return;
    case What::bucket:
    case What::no_bucket: return put_bucket(m, r, v);
  }
}

// A histogram that has only buckets gets the rest too.
void RemoteWriteSerializer::put_bucket(const Meaning& m, const row& r, const value& v) {
  for (const int rest : {2, 3, 1}) request_.set_first(m.series[rest], 0, r.time_ns());
  if (m.what == What::no_bucket) return;
  if (const auto count = common::count_of(v)) request_.set(m.series[0], *count, r.time_ns());
}

// ---- meanings ----

RemoteWriteSerializer::Subject RemoteWriteSerializer::subject(const row& r) const {
  Subject of{r, common::labels_of(r, rules_, common::PartTag::left_out), std::nullopt};
  std::erase_if(of.labels, [](const auto& label) { return label.second.empty(); });
  if (string_as_label) common::add_string_labels(r, rules_.names, of.labels);
  if (common::is_composed(r.kind())) of.point = common::point_of(r, r.kind());
  return of;
}

RemoteWriteSerializer::Meaning RemoteWriteSerializer::meaning(const Subject& of,
                                                              std::string_view key) {
  Meaning m;
  m.kind = of.r.kind();
  const std::string name =
      common::clean_name(common::metric_name(of.r.name(), key, common::is_composed(m.kind)),
                         common::NameKind::metric, rules_.names);
  if (name.empty()) return m;
  if (m.kind == WEIR_HISTOGRAM) {
    set_histogram_meaning(of, key, name, m);
  } else if (m.kind == WEIR_SUMMARY) {
    set_summary_meaning(of, key, name, m);
  } else {
    m.what = What::value;
    m.series[0] = series(of, name);
  }
  return m;
}

void RemoteWriteSerializer::set_histogram_meaning(const Subject& of, std::string_view key,
                                                  const std::string& name, Meaning& m) {
  if (key.ends_with("_bucket")) {
    m.what = of.point ? What::bucket : What::no_bucket;
    if (of.point) m.series[0] = series(of, name + "_bucket", "le", *of.point);
    m.series[1] = series(of, name + "_bucket", "le", infinity);
    m.series[2] = series(of, name + "_sum");
    m.series[3] = series(of, name + "_count");
  } else if (key.ends_with("_sum")) {
    m.what = What::sum;
    m.series[0] = series(of, name + "_sum");
  } else if (key.ends_with("_count")) {
    m.what = What::histogram_count;
    m.series[0] = series(of, name + "_count");
    m.series[1] = series(of, name + "_bucket", "le", infinity);
  }
}

void RemoteWriteSerializer::set_summary_meaning(const Subject& of, std::string_view key,
                                                const std::string& name, Meaning& m) {
  if (key.ends_with("_sum")) {
    m.what = What::sum;
    m.series[0] = series(of, name + "_sum");
  } else if (key.ends_with("_count")) {
    m.what = What::count;
    m.series[0] = series(of, name + "_count");
  } else if (of.point) {
    m.what = What::value;
    m.series[0] = series(of, name, "quantile", *of.point);
  }
}

std::uint32_t RemoteWriteSerializer::series(const Subject& of, const std::string& name) {
  Labels labels = of.labels;
  return request_.series_of(labels, name);
}

std::uint32_t RemoteWriteSerializer::series(const Subject& of, const std::string& name,
                                            std::string_view label, double point) {
  char buffer[common::number_bytes];
  Labels labels = of.labels;
  labels.emplace_back(label, printed(point, buffer));
  return request_.series_of(labels, name);
}

}  // namespace weir::remote_write

WEIR_MODULE("prometheusremotewrite", "1.0.0", weir::remote_write::RemoteWriteSerializer)
