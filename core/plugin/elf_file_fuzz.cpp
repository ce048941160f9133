#include <cstddef>
#include <cstdint>

#include "core/plugin/elf_file.hpp"

// Goal: no file makes the reader read outside it, or for ever.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto file = weir::plugin::read_elf(bytes);
  if (file.ok()) static_cast<void>(weir::plugin::check_exports(file.value()));
  return 0;
}
