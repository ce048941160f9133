#pragma once

// Reads the binary expositions into a collector: Prometheus' delimited MetricFamily messages, and the
// MetricSet of OpenMetrics.
//
// Formats    https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
//            https://github.com/prometheus/OpenMetrics/blob/v1.0.0/proto/openmetrics_data_model.proto
//            Of native histograms there are count and sum, as Telegraf has them; a gauge histogram is
//            read as a histogram, where Telegraf has nothing of use.
// Threads    One thread at a time.
// Errors     A message that cannot be read is reported to the host, and with it ends the text; the
//            families before it stay.

#include <string_view>

#include <weir/delivery.hpp>

#include "plugins/common/exposition/collector.hpp"
#include "plugins/common/exposition/text.hpp"
#include "plugins/common/parsing/bad_records.hpp"

namespace weir::exposition {

class ProtobufReader {
 public:
  // The format's dialect says which of both is read.
  explicit ProtobufReader(const Format& format) : collector_(format) {}
  void attach(const host& home) { collector_.attach(home); }
  Collector& collector() { return collector_; }

  // Returns how many messages could not be read.
  std::uint32_t read(const Text& text, sink& out);

 private:
  void read_family(std::string_view& text);

  Collector collector_;
  common::BadRecords bad_;
};

}  // namespace weir::exposition
