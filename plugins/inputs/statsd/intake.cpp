#include "plugins/inputs/statsd/intake.hpp"

#include <utility>

#include "plugins/inputs/statsd/metrics.hpp"

namespace weir::statsd {

std::uint64_t Intake::read(const common::Datagrams& datagrams, std::size_t n) {
  if (n == 0) return 0;
  const auto held = store_.lock();
  Arrival from{home_.now(), nullptr};
  store_.set_now(from.time_ns);
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const common::Datagrams::Datagram datagram = datagrams[i];
    from.peer = &datagram.peer;
    bytes += datagram.bytes.size();
    reader_.read(datagram.bytes, from);
  }
  home_.count(datagrams_received, n);
  settle(bytes);
  return bytes;
}

void Intake::read(std::string_view lines, const sockaddr_storage& peer) {
  const auto held = store_.lock();
  const Arrival from{home_.now(), &peer};
  store_.set_now(from.time_ns);
  reader_.read(lines, from);
  settle(lines.size());
}

void Intake::flush() {
  const auto held = store_.lock();
  send_rows();
}

// With the lock held.
void Intake::settle(std::uint64_t bytes) {
  home_.count(bytes_received, bytes);
  home_.count(values_received, reader_.take_values());
  report_problems();
  send_rows();
}

void Intake::report_problems() {
  Problems& all = reader_.problems();
  if (all.refused != 0) {
    home_.count(values_refused, all.refused);
    home_.warn(
        "values found no room: too many series, members of sets or distributions in one interval; "
        "send fewer different names and tags, or raise [weir] memory_limit");
    all.refused = 0;
  }
  if (all.count == 0) return;
  weir_bad bad{};
  bad.size = sizeof bad;
  bad.count = std::exchange(all.count, 0);
  bad.reason = borrow(all.reason);
  bad.excerpt = borrow(all.excerpt);
  home_.bad(0, bad);
}

void Intake::send_rows() {
  builder& rows = reader_.rows();
  if (rows.empty()) return;
  weir_buf buffer{};
  const emit_options at_once;
  const std::uint32_t n = rows.size();
  const weir_status got = home_.take(at_once, rows.bytes(), buffer);
  if (got == WEIR_OK) {
    rows.seal(buffer.data);
    const weir_status sent = home_.send(at_once, buffer);
    if (sent != WEIR_OK) home_.lost(n, sent);
  } else if (got != WEIR_WOULD_BLOCK || rows.bytes() > events_bytes_max) {
    rows.clear();
    home_.lost(n, got);
  }
}

}  // namespace weir::statsd
