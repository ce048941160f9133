#include "plugins/inputs/diskio/counters.hpp"

#include <algorithm>

#include "plugins/common/procfs/text.hpp"

namespace weir::diskio_input {
namespace {

// Whatever the device's own sectors are.
constexpr std::uint64_t sector_bytes = 512;

double difference(const Counters& before, const Counters& after, Counter counter) {
  return static_cast<double>(after[counter] - before[counter]);
}

}  // namespace

bool parse_counters(std::string_view line, std::string_view& name, Counters& counters) {
  procfs::take_word(line);  // major and minor number
  procfs::take_word(line);
  name = procfs::take_word(line);
  for (std::uint64_t& counter : counters) {
    if (!procfs::take_number(line, counter)) return false;
  }
  counters[read_bytes] *= sector_bytes;
  counters[write_bytes] *= sector_bytes;
  return true;
}

bool is_idle(const Counters& counters) {
  return std::all_of(counters.begin(), counters.end(), [](std::uint64_t n) { return n == 0; });
}

bool went_back(const Counters& before, const Counters& after) {
  static constexpr Counter rising[] = {reads, writes, read_time, write_time, io_time};
  return std::any_of(std::begin(rising), std::end(rising),
                     [&](Counter counter) { return after[counter] < before[counter]; });
}

Rates rates_between(const Counters& before, const Counters& after, std::int64_t elapsed_ms) {
  Rates rates;
  if (went_back(before, after)) return rates;
  const double requests = difference(before, after, reads) + difference(before, after, writes);
  const double waited_ms =
      difference(before, after, read_time) + difference(before, after, write_time);
  const double busy_ms = difference(before, after, io_time);
  rates.has_requests = requests > 0;
  if (rates.has_requests) {
    rates.await_ms = waited_ms / requests;
    rates.service_ms = busy_ms / requests;
  }
  rates.has_time = elapsed_ms > 0;
  if (rates.has_time) rates.util_percent = 100 * busy_ms / static_cast<double>(elapsed_ms);
  return rates;
}

}  // namespace weir::diskio_input
