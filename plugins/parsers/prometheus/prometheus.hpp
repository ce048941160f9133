#pragma once

// parsers.prometheus: the text that Prometheus scrapes.

#include <cstdint>
#include <optional>
#include <tuple>

#include <weir/weir.hpp>

#include "plugins/common/exposition/text_reader.hpp"

namespace weir::prometheus_parser {

class PrometheusParser {
 public:
  static constexpr info meta{"prometheus", "1.0.0", "Prometheus text format"};

  bool ignore_timestamp{};
  std::int64_t metric_version{};
  static constexpr auto options =
      std::tuple{opt{"prometheus_ignore_timestamp", &PrometheusParser::ignore_timestamp, "false",
                     "Metrics get the time at which they were read"},
                 opt{"prometheus_metric_version", &PrometheusParser::metric_version, "2",
                     "How families become metrics, 1 or 2"}
                     .in("0..2")};

  host self;
  void init() {
    reader_.emplace(
        exposition::Format{exposition::Dialect::prometheus, metric_version == 1, ignore_timestamp});
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
  std::optional<exposition::TextReader> reader_;
};

}  // namespace weir::prometheus_parser
