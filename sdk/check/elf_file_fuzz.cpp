#include <cstddef>
#include <cstdint>

#include "sdk/check/elf_file.hpp"

// Goal: no file makes the reader read outside it, or for ever.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(weir::check::check_image(weir::check::read_elf(bytes)));
  return 0;
}
