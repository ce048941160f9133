#pragma once

// CRC-32C (Castagnoli), the checksum of what is written to disk.
//
// Threads  Every function may be called from any thread.
// Source   RFC 3720, appendix B.4 (the polynomial 0x1EDC6F41, reflected, inverted at begin and end).

#include <cstddef>
#include <cstdint>

namespace weir {

// Of the bytes that crc was made of, followed by these: crc32c(crc32c(0, a), b) is that of a and b in a row.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, const void* data, std::size_t bytes);

// The same by tables, for machines without the instruction; and what the fast way is tested against.
[[nodiscard]] std::uint32_t crc32c_portable(std::uint32_t crc, const void* data, std::size_t bytes);

}  // namespace weir
