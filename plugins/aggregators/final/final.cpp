#include "plugins/aggregators/final/final.hpp"

namespace weir::final_aggregator {

void Final::init() { kept_.attach(self); }

void Final::add(const batch& rows) {
  kept_.begin(rows.home());
  for (const row r : rows) add_row(rows.home(), r.raw());
  kept_.end();
}

void Final::add_row(const block& home, const weir_row& row) {
  common::KeptRow* last = kept_.find(row);
  if (last == nullptr || !kept_.keeper().assign(*last, home, row)) refused_ += row.n_field;
}

bool Final::is_final(const common::KeptRow& row, std::int64_t now_ns) const {
  std::int64_t age_ns = 0;
  if (output_strategy == "periodic") return true;
  if (__builtin_sub_overflow(now_ns, row.time_ns, &age_ns)) return row.time_ns < now_ns;
  return age_ns > series_timeout.ns;
}

void Final::push(sink& out) {
  common::report_refused(self, refused_, kept_.index().size());
  const std::int64_t now_ns = self.now();
  const std::string_view suffix = keep_original_field_names ? "" : "_final";
  refused_ = kept_.forget_if([&](std::uint32_t series, const common::KeptRow& row) {
    if (!is_final(row, now_ns)) return false;
    if (row.n != 0) kept_.keeper().emit(out, series, row, suffix);
    return true;
  });
}

}  // namespace weir::final_aggregator

WEIR_MODULE("final", "1.0.0", weir::final_aggregator::Final)
