#include "plugins/inputs/internal/memory.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace weir::internal_input {
namespace {

constexpr std::uint64_t kib = 1024;

std::uint64_t take_number(std::string_view& text) {
  std::uint64_t n = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return n;
}

}  // namespace

void read_statm(std::string_view text, std::uint64_t page_bytes, Memory& memory) {
  memory.virtual_bytes = take_number(text) * page_bytes;
  memory.resident_bytes = take_number(text) * page_bytes;
}

Memory memory_of_process() {
  Memory memory;
  const struct mallinfo2 heap = mallinfo2();
  memory.heap_in_use_bytes = heap.uordblks + heap.hblkhd;
  memory.heap_idle_bytes = heap.fordblks;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    memory.resident_peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * kib;
  }
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  std::array<char, 256> text{};
  const ssize_t n = file < 0 ? -1 : read(file, text.data(), text.size());
  if (file >= 0) close(file);
  const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (n > 0) read_statm({text.data(), static_cast<std::size_t>(n)}, page_bytes, memory);
  return memory;
}

}  // namespace weir::internal_input
