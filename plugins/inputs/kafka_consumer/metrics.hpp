#pragma once

// Self-metrics of inputs.kafka_consumer, in the order of their declaration.

#include <array>
#include <cstdint>

#include <weir/sink.hpp>

namespace weir::kafka_consumer {

enum Metric : std::uint8_t {
  messages_read,
  bytes_read,
  messages_undelivered,
  messages_refused,
  partitions_assigned,
  rebalances,
  commits,
  pauses
};

inline constexpr std::array declared_metrics{
    declare_metric(WEIR_COUNTER, "messages_read", "", "Messages that went to the parser"),
    declare_metric(WEIR_COUNTER, "bytes_read", "bytes", "Their bytes"),
    declare_metric(WEIR_GAUGE, "messages_undelivered", "", "Messages that are not safe yet"),
    declare_metric(WEIR_COUNTER, "messages_refused", "",
                   "Messages of batches that are read again because of a loss"),
    declare_metric(WEIR_GAUGE, "partitions_assigned", "", "Partitions that are read here"),
    declare_metric(WEIR_COUNTER, "rebalances", "", "Times that the group shared partitions anew"),
    declare_metric(WEIR_COUNTER, "commits", "", "Commits of offsets that the brokers took"),
    declare_metric(WEIR_COUNTER, "pauses", "",
                   "Times that a partition was not fetched from, because its lane was full")};

}  // namespace weir::kafka_consumer
