#include "plugins/processors/dedup/dedup.hpp"

namespace weir::dedup {
namespace {

// How long ago that was; what does not fit is the end of the scale.
std::int64_t age_of(std::int64_t time_ns, std::int64_t now_ns) {
  std::int64_t age_ns = 0;
  if (!__builtin_sub_overflow(now_ns, time_ns, &age_ns)) return age_ns;
  return time_ns < 0 ? INT64_MAX : INT64_MIN;
}

}  // namespace

void Dedup::init() {
  kept_.attach(self);
  forgot_ns_ = self.now();
}

void Dedup::keep(const batch& rows, kept_rows& kept) {
  now_ns_ = self.now();
  kept_.begin(rows.home());
  for (const row r : rows) {
    if (!is_news(rows.home(), r.raw())) kept.drop(r.index());
  }
  kept_.end();
  if (age_of(forgot_ns_, now_ns_) >= dedup_interval.ns) forget_old();
  if (unknown_ != 0) report_unknown();
}

bool Dedup::is_news(const block& home, const weir_row& row) {
  common::KeptRow* const last = kept_.find(row);
  if (last == nullptr) return ++unknown_, true;
  if (last->n == 0 || is_old(*last) || differs(*last, home, row)) {
    if (kept_.keeper().assign(*last, home, row)) return true;
    last->n = 0;
    return ++unknown_, true;
  }
  return last->time_ns == row.time_ns && add_fields(*last, home, row);
}

bool Dedup::is_old(const common::KeptRow& last) const {
  return age_of(last.time_ns, now_ns_) >= dedup_interval.ns;
}

// Has a field that both have another value? Fields mostly come in the order in which they are kept.
bool Dedup::differs(const common::KeptRow& last, const block& home, const weir_row& row) {
  const weir_field* f = home.fields() + row.field0;
  for (std::uint32_t i = 0; i < row.n_field; ++i, ++f) {
    const std::uint32_t key = kept_.index().key_of(f->key);
    const common::KeptField* known = i < last.n && last.fields[i].key == key
                                         ? last.fields + i
                                         : common::RowKeeper::find(last, key);
    if (known != nullptr && !common::RowKeeper::same(*known, home, *f)) return true;
  }
  return false;
}

// Metrics of one time are parts of one: what this one has beyond the others is news, and kept with them.
bool Dedup::add_fields(common::KeptRow& last, const block& home, const weir_row& row) {
  const std::uint32_t had = last.n;
  const weir_field* f = home.fields() + row.field0;
  for (const weir_field* end = f + row.n_field; f != end; ++f) {
    if (!kept_.keeper().set(last, home, *f)) return ++unknown_, true;
  }
  return last.n != had;
}

void Dedup::forget_old() {
  forgot_ns_ = now_ns_;
  kept_.forget_if([this](std::uint32_t, const common::KeptRow& row) { return is_old(row); });
}

void Dedup::report_unknown() {
  self.count(0, unknown_);
  self.error(std::to_string(unknown_) + " metrics found no room in the memory limit beside " +
             std::to_string(kept_.index().size()) +
             " series and pass as they are; raise memory_limit, shorten dedup_interval or filter "
             "what the processor sees");
  unknown_ = 0;
}

}  // namespace weir::dedup

WEIR_MODULE("dedup", "1.0.0", weir::dedup::Dedup)
