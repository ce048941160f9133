#include "plugins/parsers/influx/influx.hpp"

namespace weir::influx {

void InfluxParser::open(bool upstream) {
  const std::int64_t unit_ns = precision.ns == 0 ? 1 : precision.ns;
  if (unit_ns != 1 && unit_ns != 1'000 && unit_ns != 1'000'000 && unit_ns != 1'000'000'000) {
    throw config_error(
        "influx_timestamp_precision",
        "timestamps are counted in 1ns, 1us, 1ms or 1s, not in " + std::to_string(unit_ns) + " ns");
  }
  reader_.emplace(Dialect(upstream), unit_ns);
  reader_->set_host(self);
}

}  // namespace weir::influx

WEIR_MODULE("influx", "1.0.0", weir::influx::InfluxParser, weir::influx::InfluxUpstreamParser)
