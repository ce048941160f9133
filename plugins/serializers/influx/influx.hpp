#pragma once

// serializers.influx: one row, one line of line protocol (or several, see influx_max_line_bytes).

#include <weir/weir.hpp>

#include "plugins/common/influx_lines/line_writer.hpp"

namespace weir::influx_lines {

class InfluxSerializer : public LineOptions {
 public:
  static constexpr info meta{"influx", "1.0.0", "Influx line protocol", WEIR_ROWS_ALONE};

  void begin_batch(const batch& b) { writer_.begin_batch(b); }
  void serialize(const row& r, text& out) { writer_.write(r, out); }

 private:
  LineWriter writer_{*this};
};

}  // namespace weir::influx_lines
