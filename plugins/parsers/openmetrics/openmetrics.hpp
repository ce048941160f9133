#pragma once

// parsers.openmetrics: OpenMetrics text.

#include <cstdint>
#include <optional>
#include <tuple>

#include <weir/weir.hpp>

#include "plugins/common/exposition/openmetrics_reader.hpp"

namespace weir::openmetrics_parser {

class OpenMetricsParser {
 public:
  static constexpr info meta{"openmetrics", "1.0.0", "OpenMetrics text"};

  bool ignore_timestamp{};
  std::int64_t metric_version{};
  static constexpr auto options =
      std::tuple{opt{"openmetrics_ignore_timestamp", &OpenMetricsParser::ignore_timestamp, "false",
                     "Metrics get the time at which they were read"},
                 opt{"openmetrics_metric_version", &OpenMetricsParser::metric_version, "2",
                     "How families become metrics, 1 or 2"}
                     .in("0..2")};

  host self;
  void init() {
    reader_.emplace(exposition::Format{exposition::Dialect::openmetrics, metric_version == 1,
                                       ignore_timestamp});
    reader_->attach(self);
  }
  // Says how much it took, all, or the SDK would cut documents that come as a stream into lines: a
  // line means nothing without the types before it.
  std::size_t parse(const message& m, sink& out) {
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): init() made it
    reader_->read(exposition::text_of(m), out);
    return m.text.size();
  }
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): as above
  void idle() { reader_->forget(); }

 private:
  std::optional<exposition::OpenMetricsReader> reader_;
};

}  // namespace weir::openmetrics_parser
