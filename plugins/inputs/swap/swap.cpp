#include "plugins/inputs/swap/swap.hpp"

#include <cerrno>

#include "plugins/common/procfs/text.hpp"

namespace weir::swap_input {
namespace {

constexpr std::uint64_t page_bytes = 4096;

// The number behind a name at the begin of a line; 0 where it is missing.
std::uint64_t counter(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    std::string_view line = text.substr(at);
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    std::uint64_t number = 0;
    if (begins_line && procfs::take_word(line) == name) {
      procfs::take_number(line, number);
      return number;
    }
  }
  return 0;
}

}  // namespace

Traffic traffic_of(std::string_view vmstat) {
  return {counter(vmstat, "pswpin") * page_bytes, counter(vmstat, "pswpout") * page_bytes};
}

void Swap::start() { vmstat_ = procfs::File(procfs::join(roots.proc, "vmstat")); }

void Swap::gather(weir::sink& out) {
  struct sysinfo info{};
  if (read_sysinfo(&info) != 0) throw weir::retry(procfs::cannot_read("sysinfo", errno));
  const std::uint64_t total = std::uint64_t{info.totalswap} * info.mem_unit;
  const std::uint64_t free = std::uint64_t{info.freeswap} * info.mem_unit;
  const std::uint64_t used = total - free;
  const double percent =
      total == 0 ? 0 : static_cast<double>(used) / static_cast<double>(total) * 100;
  const Traffic traffic = traffic_of(vmstat_.read());
  out.metric("swap"_k).kind(WEIR_GAUGE).field("free"_k, free).field("total"_k, total);
  out.field("used"_k, used).field("used_percent"_k, percent);
  out.metric("swap"_k).kind(WEIR_COUNTER).field("in"_k, traffic.in_bytes);
  out.field("out"_k, traffic.out_bytes);
}

}  // namespace weir::swap_input

WEIR_MODULE("swap", "1.0.0", weir::swap_input::Swap)
