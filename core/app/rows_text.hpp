#pragma once

// Rows as JSON lines, for a person or a program that looks into a queue.
//
//   {"name":"cpu","tags":{"host":"a"},"fields":{"idle":1.5},"time_ns":17,"kind":"gauge"}
//   {"raw":"the message","tags":{"topic":"a"},"time_ns":0}
//
// Numbers that JSON does not have (NaN, infinities) are texts, as are integers that a reader of JSON would round.

#include <cstdint>
#include <string>

#include <weir/abi.h>

namespace weir::app {

// Rows [row0, n_rows) of a sound batch, each with a newline.
[[nodiscard]] std::string rows_as_json(const weir_batch& batch, std::uint32_t row0);

}  // namespace weir::app
