#include "plugins/inputs/net/net.hpp"

#include "plugins/common/procfs/text.hpp"

namespace weir::net_input {
namespace {

// By Counter.
constexpr std::array<weir::key, counter_count> names{
    "bytes_recv"_k, "packets_recv"_k, "err_in"_k,  "drop_in"_k,
    "bytes_sent"_k, "packets_sent"_k, "err_out"_k, "drop_out"_k};

}  // namespace

void Net::init() {
  patterns_ = weir::globs_of("interfaces", interfaces);
  if (ignore_protocol_stats && self) {
    self.info("ignore_protocol_stats has no effect: this input has no statistics of protocols");
  }
}

void Net::start() { dev_ = procfs::File(procfs::join(roots.proc, "net/dev")); }

// With HOST_PROC the interfaces may be those of another network namespace, of which the kernel tells
// this process no flags: then all are taken.
bool Net::wants(std::string_view name) {
  if (!patterns_.empty()) return patterns_.matches(name);
  return roots.proc_is_given || flags_.is_live(name);
}

std::int64_t Net::speed_of(std::string_view name) {
  std::int64_t speed = -1;
  const std::string path = procfs::join(roots.sys, procfs::concat({"class/net/", name, "/speed"}));
  return procfs::to_number(procfs::read_trimmed(path), speed) ? speed : -1;
}

void Net::gather(weir::sink& out) {
  std::string_view text = dev_.read();
  while (!text.empty()) {
    std::string_view name;
    Counters counters;
    if (!parse_interface(procfs::take_line(text), name, counters) || !wants(name)) continue;
    out.metric("net"_k).kind(WEIR_COUNTER).tag("interface"_k, name);
    for (std::size_t counter = 0; counter < counter_count; ++counter) {
      out.field(names[counter], counters[counter]);
    }
    out.field("speed"_k, speed_of(name));
  }
}

}  // namespace weir::net_input

WEIR_MODULE("net", "1.0.0", weir::net_input::Net)
