// Any layout and any text: nothing breaks, and what is written with a whole layout reads back.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "plugins/common/go_time/timestamp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 10) return 0;
  std::int64_t seconds = 0;
  std::memcpy(&seconds, data, sizeof seconds);
  const std::string_view text(reinterpret_cast<const char*>(data) + 8, size - 8);
  const std::size_t cut = text.find('|');
  const weir::time_zone utc;
  std::int64_t ns = 0;
  const weir::common::GoLayout layout(text.substr(0, cut));
  std::string out;
  layout.format(seconds % 250'000'000'000, 123'456'789, utc, out);
  weir::common::GoTime t;
  (void)layout.parse(out, utc, t);
  if (cut == std::string_view::npos) return 0;
  (void)layout.parse(text.substr(cut + 1), utc, t);
  (void)weir::common::TimestampFormat("unix").read(text.substr(cut + 1), 0, ns);
  return 0;
}
