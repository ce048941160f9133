#include "plugins/parsers/prometheus/prometheus.hpp"

WEIR_MODULE("prometheus", "1.0.0", weir::prometheus_parser::PrometheusParser)
