// What a client shows as its token: whatever comes, it is refused without looking outside of it.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/inputs/influxdb_listener/token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view token(reinterpret_cast<const char*>(data), size);
  // Nobody knows the secret.
  if (weir::influxdb_listener::refuse_token(token, "a secret that is not in the corpus", "u", 1) ==
      nullptr) {
    std::abort();
  }
  return 0;
}
