// Any bytes as a binary exposition: no crash, and no more reports than one. First byte: the format.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <weir/testing/host.hpp>

#include "plugins/common/exposition/protobuf_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weir::exposition::Dialect;
  if (size < 1 || size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  weir::testing::host home(0);
  weir::sink out{weir::host(home.table())};
  weir::exposition::ProtobufReader reader(
      {(data[0] & 1) != 0 ? Dialect::openmetrics : Dialect::prometheus, (data[0] & 2) != 0,
       (data[0] & 4) != 0});
  for (int pass = 0; pass < 2; ++pass) {
    if (reader.read({text, 1, 0, true}, out) > 1) std::abort();
    out.emit();
    home.take_rows({});
  }
  return 0;
}
