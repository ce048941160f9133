#pragma once

// A family message of either binary exposition, given to a collector.
//
// Errors     Throws what protozero throws for bytes that are no such message.

#include <string_view>

#include "plugins/common/exposition/collector.hpp"

namespace weir::exposition {

// Each of both reads one family; the collector has begun a text.
void read_prometheus_family(std::string_view message, Collector& to);
void read_openmetrics_family(std::string_view message, Collector& to);

}  // namespace weir::exposition
