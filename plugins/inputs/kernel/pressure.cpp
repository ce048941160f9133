#include "plugins/inputs/kernel/pressure.hpp"

#include "plugins/common/procfs/text.hpp"

namespace weir::kernel_input {
namespace {

// "avg10=1.53"
template <typename Number>
bool take_value(std::string_view& line, std::string_view name, Number& number) {
  std::string_view word = procfs::take_word(line);
  return procfs::take_until(word, '=') == name && procfs::to_number(word, number);
}

Stall parse_stall(std::string_view line) {
  Stall stall;
  stall.known = take_value(line, "avg10", stall.avg10) && take_value(line, "avg60", stall.avg60) &&
                take_value(line, "avg300", stall.avg300) &&
                take_value(line, "total", stall.total_us);
  return stall;
}

}  // namespace

Pressure parse_pressure(std::string_view text) {
  Pressure pressure;
  while (!text.empty()) {
    std::string_view line = procfs::take_line(text);
    const std::string_view share = procfs::take_word(line);
    if (share == "some") pressure.some = parse_stall(line);
    if (share == "full") pressure.full = parse_stall(line);
  }
  return pressure;
}

}  // namespace weir::kernel_input
