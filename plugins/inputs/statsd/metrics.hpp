#pragma once

// Self-metrics of inputs.statsd, in the order of their declaration.

#include <array>
#include <cstdint>

#include <weir/abi.h>

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

constexpr weir_metric_decl declare(std::uint32_t type, const char* name, const char* unit,
                                   const char* doc) {
  return {sizeof(weir_metric_decl), type, name, unit, doc};
}
inline constexpr std::array declared_metrics{
    declare(WEIR_COUNTER, "datagrams_received", "", "Datagrams that were read"),
    declare(WEIR_COUNTER, "datagrams_dropped", "",
            "Datagrams that the kernel dropped because the socket's buffer was full"),
    declare(WEIR_COUNTER, "bytes_received", "bytes", "Bytes of messages"),
    declare(WEIR_COUNTER, "values_received", "", "Values that could be read"),
    declare(WEIR_COUNTER, "values_refused", "",
            "Values of series, sets and timings that found no room in their limits"),
    declare(WEIR_GAUGE, "connections", "", "TCP connections that are open"),
    declare(WEIR_COUNTER, "connections_accepted", "", "TCP connections that were accepted"),
    declare(WEIR_COUNTER, "connections_refused", "", "TCP connections beyond max_tcp_connections")};

}  // namespace weir::statsd
