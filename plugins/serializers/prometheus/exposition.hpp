#pragma once

// Families in Prometheus' text format, version 0.0.4.

#include <weir/delivery.hpp>

#include "plugins/serializers/prometheus/collection.hpp"

namespace weir::prometheus_text {

struct Format {
  bool timestamps = false;
  bool help = true;
};

// Names that only UTF-8 allows stand in quotes, as Prometheus 3 writes them.
void put_family(const Family& family, const Format& format, text& out);

}  // namespace weir::prometheus_text
