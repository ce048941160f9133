#pragma once

// What one expression may cost. A text beyond a limit is refused when it is read; an evaluation beyond one fails
// for that metric.

#include <cstddef>
#include <cstdint>

namespace weir::cel {

inline constexpr std::size_t text_bytes_max = 64U << 10;
inline constexpr std::uint32_t nesting_max =
    200;  // of operators and calls; a parenthesis counts twice
inline constexpr std::uint32_t nodes_max = 8192;  // names, literals and operators of one expression
inline constexpr std::uint64_t steps_max = 1'000'000;  // instructions in loops, for one metric
inline constexpr std::size_t memory_bytes_max = 64U
                                                << 10;  // of made texts and lists, for one metric

}  // namespace weir::cel
