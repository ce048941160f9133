#include "plugins/inputs/netstat/netstat.hpp"

#include <algorithm>
#include <charconv>

#include "plugins/common/procfs/text.hpp"

namespace weir::netstat_input {
namespace {

constexpr std::array<std::string_view, 12> fields{
    "tcp_none",       "tcp_established", "tcp_syn_sent",  "tcp_syn_recv",
    "tcp_fin_wait1",  "tcp_fin_wait2",   "tcp_time_wait", "tcp_close",
    "tcp_close_wait", "tcp_last_ack",    "tcp_listen",    "tcp_closing"};

// The kernel has a twelfth state, a connection that is only half made.
constexpr unsigned new_syn_recv = 12;
constexpr unsigned syn_recv = 3;

}  // namespace

void count_states(std::string_view table, States& states) {
  procfs::take_line(table);  // the headings
  while (!table.empty()) {
    std::string_view line = procfs::take_line(table);
    for (int i = 0; i < 3; ++i) procfs::take_word(line);
    const std::string_view word = procfs::take_word(line);
    unsigned state = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), state, 16);
    if (word.empty() || read.ptr != word.data() + word.size()) continue;
    if (state == new_syn_recv) state = syn_recv;
    ++states.at(state < states.size() ? state : 0);
  }
}

std::int64_t count_sockets(std::string_view table) {
  const auto lines = std::count(table.begin(), table.end(), '\n');
  return std::max<std::int64_t>(lines - 1, 0);
}

void Netstat::start() {
  // Through the first process of the host: in a container /proc/net would be the container's own.
  const std::string net = procfs::join(roots.proc, roots.proc_is_given ? "1/net/" : "net/");
  tcp_ = procfs::File(net + "tcp");
  tcp6_ = procfs::File(net + "tcp6");
  udp_ = procfs::File(net + "udp");
  udp6_ = procfs::File(net + "udp6");
}

void Netstat::gather(weir::sink& out) {
  States states{};
  std::int64_t udp = 0;
  int error = 0;
  bool any = false;
  for (procfs::File* file : {&tcp_, &tcp6_, &udp_, &udp6_}) {
    std::string_view text;
    const int failed = file->try_read(text);
    error = failed != 0 && error == 0 ? failed : error;
    any = any || failed == 0;
    if (failed == 0 && (file == &tcp_ || file == &tcp6_)) count_states(text, states);
    if (failed == 0 && (file == &udp_ || file == &udp6_)) udp += count_sockets(text);
  }
  if (!any) throw weir::retry(procfs::cannot_read(tcp_.path(), error));
  out.metric("netstat"_k);
  for (std::size_t i = 0; i < fields.size(); ++i) out.field(fields.at(i), states.at(i));
  out.field("udp_socket"_k, udp);
}

}  // namespace weir::netstat_input

WEIR_MODULE("netstat", "1.0.0", weir::netstat_input::Netstat)
