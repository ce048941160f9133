#pragma once

// Self-metrics of inputs.tail, in the order of their declaration.

#include <array>
#include <cstdint>

#include <weir/sink.hpp>

namespace weir::tail {

enum Metric : std::uint8_t { files_open, bytes_read, lines_read, lines_undelivered, rotations };

inline constexpr std::array declared_metrics{
    declare_metric(WEIR_GAUGE, "files_open", "", "Files that are followed"),
    declare_metric(WEIR_COUNTER, "bytes_read", "bytes", "Bytes of whole lines"),
    declare_metric(WEIR_COUNTER, "lines_read", "", "Lines"),
    declare_metric(WEIR_GAUGE, "lines_undelivered", "", "Lines that no output has taken yet"),
    declare_metric(WEIR_COUNTER, "rotations", "",
                   "Files that were replaced or cut while they were followed")};

}  // namespace weir::tail
