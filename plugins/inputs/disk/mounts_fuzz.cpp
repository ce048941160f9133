#include <cstddef>
#include <cstdint>
#include <string_view>

#include "plugins/inputs/disk/mounts.hpp"

// Tables of mounts hold names that anybody who may mount can choose.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  weir::procfs::Roots roots;
  roots.dev = roots.sys = "/nowhere";
  weir::disk_input::parse_mountinfo(text, roots);
  weir::disk_input::parse_mounts(text);
  return 0;
}
