#pragma once

// parsers.openmetrics: OpenMetrics text.

#include <tuple>

#include <weir/weir.hpp>

#include "plugins/common/exposition/document_parser.hpp"
#include "plugins/common/exposition/openmetrics_reader.hpp"

namespace weir::openmetrics_parser {

struct OpenMetricsParser
    : exposition::DocumentParser<exposition::OpenMetricsReader, exposition::Dialect::openmetrics> {
  static constexpr info meta{"openmetrics", "1.0.0", "OpenMetrics text"};
  static constexpr auto options =
      std::tuple{opt{"openmetrics_ignore_timestamp", &OpenMetricsParser::ignore_timestamp, "false",
                     "Metrics get the time at which they were read"},
                 opt{"openmetrics_metric_version", &OpenMetricsParser::metric_version, "2",
                     "How families become metrics, 1 or 2"}
                     .in("0..2")};
};

}  // namespace weir::openmetrics_parser
