#pragma once

// Self-metrics of inputs.mqtt_consumer, in the order of their declaration.

#include <array>
#include <cstdint>

#include <weir/sink.hpp>

namespace weir::mqtt_consumer {

enum Metric : std::uint8_t {
  messages_read,
  bytes_read,
  messages_undelivered,
  messages_refused,
  connections
};

inline constexpr std::array declared_metrics{
    declare_metric(WEIR_COUNTER, "messages_read", "", "Messages that went to the parser"),
    declare_metric(WEIR_COUNTER, "bytes_read", "bytes", "Their bytes"),
    declare_metric(WEIR_GAUGE, "messages_undelivered", "", "Messages that are not safe yet"),
    declare_metric(WEIR_COUNTER, "messages_refused", "",
                   "Messages that are not acknowledged because of a loss"),
    declare_metric(WEIR_COUNTER, "connections", "", "Connections that a broker accepted")};

}  // namespace weir::mqtt_consumer
