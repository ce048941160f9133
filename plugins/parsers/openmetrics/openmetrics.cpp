#include "plugins/parsers/openmetrics/openmetrics.hpp"

WEIR_MODULE("openmetrics", "1.0.0", weir::openmetrics_parser::OpenMetricsParser)
