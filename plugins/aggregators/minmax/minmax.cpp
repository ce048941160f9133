#include "plugins/aggregators/minmax/minmax.hpp"

#include <string>

namespace weir::minmax {

void MinMax::push(sink& out) {
  common::report_refused(self, table_.refused(), table_.size());
  table_.push(out, [](builder& row, std::string& key, const Extremes& e) {
    const std::size_t length = key.size();
    row.field(key += "_min", e.min);
    key.resize(length);
    row.field(key += "_max", e.max);
  });
}

}  // namespace weir::minmax

WEIR_MODULE("minmax", "1.0.0", weir::minmax::MinMax)
