// The parser agrees with the reference on any bytes, the first and the second time it reads them.
// First byte: version and timestamps.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/prometheus/prometheus.hpp"
#include "plugins/parsers/prometheus/prometheus_reference.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace parser = weir::prometheus_parser;
  constexpr std::int64_t now_ns = 1'700'000'000'123'456'789;
  if (size < 1 || size > 4096) return 0;
  const int version = 1 + (data[0] & 1);
  const bool ignore = (data[0] & 2) != 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  weir::testing::plugin plugin(
      weir::testing::descriptor<parser::PrometheusParser>(),
      "prometheus_metric_version = " + std::to_string(version) +
          "\nprometheus_ignore_timestamp = " + (ignore ? "true" : "false"));
  plugin.host().set_now(now_ns);
  plugin.format().kind = true;
  const auto expected = parser::reference::ReferenceParser(text, version, ignore, now_ns).parse();
  const auto expected_rows = parser::reference::sorted(expected.rows);
  for (int pass = 0; pass < 2; ++pass) {
    const std::uint64_t before = plugin.host().bad_count();
    if (parser::reference::sorted(plugin.parse_document(text)) != expected_rows) std::abort();
    if (plugin.host().bad_count() - before != expected.bad_lines.size()) std::abort();
  }
  return 0;
}
