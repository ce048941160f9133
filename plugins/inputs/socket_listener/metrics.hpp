#pragma once

// Self-metrics of inputs.socket_listener, in the order of their declaration.

#include <array>
#include <cstdint>

#include <weir/sink.hpp>

namespace weir::socket_listener {

enum Metric : std::uint8_t {
  connections,
  connections_accepted,
  connections_refused,
  bytes_received,
  datagrams_received,
  datagrams_dropped,
  sources_refused
};

inline constexpr std::array declared_metrics{
    declare_metric(WEIR_GAUGE, "connections", "", "Connections that are open"),
    declare_metric(WEIR_COUNTER, "connections_accepted", "", "Connections that were accepted"),
    declare_metric(WEIR_COUNTER, "connections_refused", "", "Connections beyond max_connections"),
    declare_metric(WEIR_COUNTER, "bytes_received", "bytes", "Bytes of messages, decoded"),
    declare_metric(WEIR_COUNTER, "datagrams_received", "", "Datagrams that were read"),
    declare_metric(WEIR_COUNTER, "datagrams_dropped", "",
                   "Datagrams that the kernel dropped because the socket's buffer was full"),
    declare_metric(WEIR_COUNTER, "sources_refused", "",
                   "Connections and datagrams of peers that are not in allowed_sources")};

}  // namespace weir::socket_listener
