#include "plugins/aggregators/histogram/histogram.hpp"

#include <algorithm>

namespace weir::histogram {
namespace {

constexpr std::uint32_t nowhere = 0xffffffff;

// Only these are counted, as in Telegraf.
bool is_counted(const weir_field& f) { return f.type == WEIR_F64 || f.type == WEIR_I64; }

}  // namespace

void Histogram::init() {
  for (common::SeriesIndex& index : indexes_) index.attach(self);
  for (const Config& config : configs) buckets_.emplace_back(config.buckets);
}

bool Histogram::wants(std::string_view name) const {
  return std::any_of(configs.begin(), configs.end(),
                     [name](const Config& c) { return c.measurement_name == name; });
}

// Of several that name the field the last one counts.
const Buckets* Histogram::buckets_of(std::string_view name, std::string_view field) const {
  for (std::size_t i = configs.size(); i > 0; --i) {
    const Config& c = configs[i - 1];
    const bool named =
        c.fields.empty() || std::find(c.fields.begin(), c.fields.end(), field) != c.fields.end();
    if (c.measurement_name == name && named) return &buckets_[i - 1];
  }
  return nullptr;
}

// ---- counting ----

void Histogram::add(const batch& rows) {
  now_ns_ = self.now();
  index().begin(rows.home());
  std::uint32_t last_name = WEIR_NO_ID;  // rows of one name mostly come together
  bool wanted = false;
  for (const row r : rows) {
    if (r.raw().name != last_name) {
      last_name = r.raw().name;
      wanted = wants(r.name());
    }
    if (wanted) add_row(rows.home(), r.raw());
  }
  index().end();
}

void Histogram::add_row(const block& home, const weir_row& row) {
  const std::uint32_t series = index().find(row);
  Collection* to = series == common::SeriesIndex::none ? nullptr : make_collection(index(), series);
  if (to == nullptr) {
    refused_ += row.n_field;
    return;
  }
  const weir_field* fields = home.fields() + row.field0;
  for (std::uint32_t i = 0; i < row.n_field; ++i) {
    const std::uint32_t key = index().key_of(fields[i].key);
    Field* f =
        key == common::SeriesIndex::none ? nullptr : field_of(*to, i, key, home.str(row.name));
    if (f == nullptr) {
      ++refused_;
      continue;
    }
    if (f->buckets == nullptr) continue;
    if (is_counted(fields[i])) ++f->counts[f->buckets->of(value(home, fields[i]).number())];
    to->updated = true;
    if (__builtin_add_overflow(now_ns_, expiration_interval.ns, &to->expires_ns)) {
      to->expires_ns = INT64_MAX;
    }
  }
}

// Fields mostly come in the order they came in before.
Field* Histogram::field_of(Collection& in, std::uint32_t guess, std::uint32_t key,
                           std::string_view name) {
  if (guess < in.n && in.fields[guess].key == key) return in.fields + guess;
  Field* const end = in.fields + in.n;
  Field* const known = std::find_if(in.fields, end, [key](const Field& f) { return f.key == key; });
  if (known != end) return known;
  return add_field(index(), in, key, buckets_of(name, index().text(key)));
}

// ---- reporting ----

void Histogram::push(sink& out) {
  common::report_refused(self, refused_, index().size());
  refused_ = 0;
  now_ns_ = self.now();
  if (expiration_interval.ns != 0) forget_expired();
  for (std::uint32_t i = 0; i < index().size(); ++i) {
    Collection* of = collection_of(index(), i);
    if (of == nullptr || (push_only_on_update && !of->updated)) continue;
    of->updated = false;
    push_series(i, *of, out);
  }
}

// Memory is given back by moving what lives on.
void Histogram::forget_expired() {
  common::SeriesIndex& from = index();
  bool any = false;
  for (std::uint32_t i = 0; i < from.size(); ++i) {
    const Collection* of = collection_of(from, i);
    if (of == nullptr || now_ns_ <= of->expires_ns) continue;
    from.cells(i).at = nullptr;
    any = true;
  }
  if (!any) return;
  current_ = 1 - current_;
  for (std::uint32_t i = 0; i < from.size(); ++i) {
    const Collection* of = collection_of(from, i);
    if (of != nullptr && !move_collection(from, i, index())) refused_ += of->n;
  }
  from.clear();
}

// A metric for each bucket, with the fields that have one of the same borders.
void Histogram::push_series(std::uint32_t series, const Collection& of, sink& out) {
  for (const Field* f = of.fields; f != of.fields + of.n; ++f) {
    if (f->buckets == nullptr) continue;
    for (std::uint32_t i = 0; i < f->buckets->size(); ++i) {
      const std::string_view left = f->buckets->left(i);
      if (!was_pushed(of, *f, left, f->buckets->right(i))) push_bucket(series, of, *f, i, out);
    }
  }
}

// With a field before this one?
bool Histogram::was_pushed(const Collection& of, const Field& before, std::string_view left,
                           std::string_view right) const {
  return std::any_of<const Field*>(of.fields, &before, [&](const Field& f) {
    return f.buckets == before.buckets || place_of(f, left, right) != nowhere;
  });
}

void Histogram::push_bucket(std::uint32_t series, const Collection& of, const Field& from,
                            std::uint32_t i, sink& out) {
  const std::string_view left = from.buckets->left(i);
  const std::string_view right = from.buckets->right(i);
  builder& row = out.metric(index().name(series));
  for (std::uint32_t t = 0; t < index().tags(series); ++t) {
    row.tag(index().tag_key(series, t), index().tag_value(series, t));
  }
  if (!cumulative) row.tag("gt", left);
  row.tag("le", right);
  for (const Field* f = &from; f != of.fields + of.n; ++f) {
    const std::uint32_t at = f->buckets == from.buckets ? i : place_of(*f, left, right);
    if (at == nowhere) continue;
    key_.assign(index().text(f->key)).append("_bucket");
    row.field(key_, count_of(*f, at));
  }
}

// Where the field has a bucket of these borders.
std::uint32_t Histogram::place_of(const Field& f, std::string_view left,
                                  std::string_view right) const {
  const std::uint32_t n = f.buckets == nullptr ? 0 : f.buckets->size();
  for (std::uint32_t i = 0; i < n; ++i) {
    if (f.buckets->right(i) == right && (cumulative || f.buckets->left(i) == left)) return i;
  }
  return nowhere;
}

std::int64_t Histogram::count_of(const Field& f, std::uint32_t i) const {
  std::int64_t sum = 0;
  for (std::uint32_t b = cumulative ? 0 : i; b <= i; ++b) sum += f.counts[b];
  return sum;
}

void Histogram::reset() {
  if (reset_buckets) index().clear();
}

}  // namespace weir::histogram

WEIR_MODULE("histogram", "1.0.0", weir::histogram::Histogram)
