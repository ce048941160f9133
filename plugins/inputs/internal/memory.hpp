#pragma once

// How much memory this process has.
//
// Threads  Any.
// Errors   What the system does not tell is 0.
// Units    Bytes.

#include <cstdint>
#include <string_view>

namespace weir::internal_input {

struct Memory {
  std::uint64_t heap_in_use_bytes = 0;  // allocated and not yet freed
  std::uint64_t heap_idle_bytes = 0;    // freed, kept by the allocator
  std::uint64_t resident_bytes = 0;
  std::uint64_t resident_peak_bytes = 0;
  std::uint64_t virtual_bytes = 0;
};

Memory memory_of_process();

// Resident and virtual memory from the text of /proc/self/statm, which counts pages.
void read_statm(std::string_view text, std::uint64_t page_bytes, Memory& memory);

}  // namespace weir::internal_input
