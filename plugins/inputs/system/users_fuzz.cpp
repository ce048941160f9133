#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/inputs/system/users.hpp"

// utmp is written by every program that lets people in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto counts = weir::system_input::users_in({reinterpret_cast<const char*>(data), size});
  if (counts.names > counts.sessions) std::abort();
  return 0;
}
