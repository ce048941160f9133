#pragma once

// Self-metrics of inputs.statsd, in the order of their declaration.

#include <array>
#include <cstdint>

#include <weir/sink.hpp>

namespace weir::statsd {

enum Metric : std::uint8_t {
  datagrams_received,
  datagrams_dropped,
  bytes_received,
  values_received,
  values_refused,
  connections,
  connections_accepted,
  connections_refused
};

inline constexpr std::array declared_metrics{
    declare_metric(WEIR_COUNTER, "datagrams_received", "", "Datagrams that were read"),
    declare_metric(WEIR_COUNTER, "datagrams_dropped", "",
                   "Datagrams that the kernel dropped because the socket's buffer was full"),
    declare_metric(WEIR_COUNTER, "bytes_received", "bytes", "Bytes of messages"),
    declare_metric(WEIR_COUNTER, "values_received", "", "Values that could be read"),
    declare_metric(WEIR_COUNTER, "values_refused", "",
                   "Values of series, sets and timings that found no room in their limits"),
    declare_metric(WEIR_GAUGE, "connections", "", "TCP connections that are open"),
    declare_metric(WEIR_COUNTER, "connections_accepted", "", "TCP connections that were accepted"),
    declare_metric(WEIR_COUNTER, "connections_refused", "",
                   "TCP connections beyond max_tcp_connections")};

}  // namespace weir::statsd
