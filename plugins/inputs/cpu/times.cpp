#include "plugins/inputs/cpu/times.hpp"

#include "plugins/common/procfs/text.hpp"

namespace weir::cpu_input {
namespace {

// Columns that every kernel has; steal, guest and guest_nice came later.
constexpr std::size_t columns_min = 7;

bool parse_line(std::string_view line, Times& times) {
  const std::string_view name = procfs::take_word(line);
  times.cpu = name == "cpu" ? std::string_view("cpu-total") : name;
  times.ticks.fill(0);
  for (std::size_t column = 0; column < state_count; ++column) {
    if (!procfs::take_number(line, times.ticks[column])) return column >= columns_min;
  }
  return true;
}

class Writer {
 public:
  explicit Writer(std::vector<Times>& times) : times_(times) {}
  ~Writer() { times_.resize(used_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(std::string_view line) {
    if (used_ == times_.size()) times_.emplace_back();
    if (parse_line(line, times_[used_])) ++used_;
  }

 private:
  std::vector<Times>& times_;
  std::size_t used_{0};
};

// Counters of one state may run backwards by a little (iowait does), so differences are signed.
double difference(std::uint64_t before, std::uint64_t after) {
  return static_cast<double>(static_cast<std::int64_t>(after - before));
}

}  // namespace

std::uint64_t Times::total() const {
  std::uint64_t sum = 0;
  for (std::size_t state = user; state <= steal; ++state) sum += ticks[state];
  return sum;
}

void read_times(std::string_view stat, bool single, bool total, std::vector<Times>& times) {
  Writer writer(times);
  const std::string_view first = procfs::take_line(stat);
  while (single && stat.starts_with("cpu")) writer.add(procfs::take_line(stat));
  if (total && first.starts_with("cpu")) writer.add(first);
}

bool usage_between(const Times& before, const Times& after, Usage& usage) {
  const double whole = difference(before.total(), after.total());
  if (whole <= 0) return false;
  std::array<double, state_count> ticks{};
  for (std::size_t state = 0; state < state_count; ++state) {
    ticks[state] = difference(before.ticks[state], after.ticks[state]);
  }
  ticks[user] -= ticks[guest];
  ticks[nice] -= ticks[guest_nice];
  for (std::size_t state = 0; state < state_count; ++state) {
    usage.percent[state] = 100 * ticks[state] / whole;
  }
  usage.active_percent = 100 * difference(before.active(), after.active()) / whole;
  return true;
}

}  // namespace weir::cpu_input
