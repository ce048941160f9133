// Any bytes as OpenMetrics text, by both versions: no crash, and the same rows when read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/openmetrics/openmetrics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  weir::testing::plugin plugin(
      weir::testing::descriptor<weir::openmetrics_parser::OpenMetricsParser>(),
      "openmetrics_metric_version = " + std::to_string(1 + (data[0] & 1)));
  plugin.host().set_now(1'700'000'000'123'456'789);
  const weir::testing::lines rows = plugin.parse_document(text);
  if (plugin.parse_document(text).size() != rows.size()) std::abort();
  return 0;
}
