#pragma once

// parsers.prometheus: the text that Prometheus scrapes.

#include <tuple>

#include <weir/weir.hpp>

#include "plugins/common/exposition/document_parser.hpp"
#include "plugins/common/exposition/text_reader.hpp"

namespace weir::prometheus_parser {

struct PrometheusParser
    : exposition::DocumentParser<exposition::TextReader, exposition::Dialect::prometheus> {
  static constexpr info meta{"prometheus", "1.0.0", "Prometheus text format"};
  static constexpr auto options =
      std::tuple{opt{"prometheus_ignore_timestamp", &PrometheusParser::ignore_timestamp, "false",
                     "Metrics get the time at which they were read"},
                 opt{"prometheus_metric_version", &PrometheusParser::metric_version, "2",
                     "How families become metrics, 1 or 2"}
                     .in("0..2")};
};

}  // namespace weir::prometheus_parser
