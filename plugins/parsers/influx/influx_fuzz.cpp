// The parser agrees with the reference on any bytes. First byte: the grammar; second: the size of
// the pieces.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/influx/influx.hpp"
#include "plugins/parsers/influx/influx_reference.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t now_ns = 1'700'000'000'123'456'789;
  if (size < 2 || size > 4096) return 0;
  const bool upstream = (data[0] & 1U) != 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  weir::testing::plugin parser(upstream
                                   ? weir::testing::descriptor<weir::influx::InfluxUpstreamParser>()
                                   : weir::testing::descriptor<weir::influx::InfluxParser>());
  parser.host().set_now(now_ns);
  const auto expected = weir::influx::reference::ReferenceParser(text, upstream, 1, now_ns).parse();
  for (int pass = 0; pass < 3; ++pass) {
    const std::uint64_t before = parser.host().bad_count();
    const weir::testing::lines rows =
        pass == 1 ? parser.parse_stream(text, data[1] + 1U) : parser.parse(text);
    if (rows != expected.rows) std::abort();
    if (parser.host().bad_count() - before != expected.bad_lines.size()) std::abort();
  }
  return 0;
}
