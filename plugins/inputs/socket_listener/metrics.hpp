#pragma once

// Self-metrics of inputs.socket_listener, in the order of their declaration.

#include <array>
#include <cstdint>

#include <weir/abi.h>

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

constexpr weir_metric_decl declare(std::uint32_t type, const char* name, const char* unit,
                                   const char* doc) {
  return {sizeof(weir_metric_decl), type, name, unit, doc};
}
inline constexpr std::array declared_metrics{
    declare(WEIR_GAUGE, "connections", "", "Connections that are open"),
    declare(WEIR_COUNTER, "connections_accepted", "", "Connections that were accepted"),
    declare(WEIR_COUNTER, "connections_refused", "", "Connections beyond max_connections"),
    declare(WEIR_COUNTER, "bytes_received", "bytes", "Bytes of messages, decoded"),
    declare(WEIR_COUNTER, "datagrams_received", "", "Datagrams that were read"),
    declare(WEIR_COUNTER, "datagrams_dropped", "",
            "Datagrams that the kernel dropped because the socket's buffer was full"),
    declare(WEIR_COUNTER, "sources_refused", "",
            "Connections and datagrams of peers that are not in allowed_sources")};

}  // namespace weir::socket_listener
