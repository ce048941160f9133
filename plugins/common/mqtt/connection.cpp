#include "plugins/common/mqtt/connection.hpp"

#include <algorithm>
#include <chrono>

namespace weir::mqtt {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * ms_ns;
constexpr std::size_t read_bytes = std::size_t{64} << 10U;

std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

int ms_until(std::int64_t deadline_ns) {
  return static_cast<int>(std::clamp<std::int64_t>((deadline_ns - steady_ns()) / ms_ns, 0, 60'000));
}

// What no time will change: version, name, user, password, right.
bool is_final(std::uint8_t reason, Version version) {
  if (version == Version::v311) return reason == 1 || reason == 2 || reason == 4 || reason == 5;
  return reason >= 0x84 && reason <= 0x87;
}

}  // namespace

Connection::Connection(const ConnectionSettings& settings, const common::TlsClient* tls)
    : settings_(settings), reader_(settings.packet_max) {
  std::string why;
  for (const Server& server : settings.servers) {
    try {
      shake_hands(server, tls);
      return;
    } catch (const error& x) {
      if (x.code() == WEIR_E_CONFIG) throw;
      why += (why.empty() ? "" : "; ") + server.text + ": " + x.what();
    }
  }
  throw retry("no broker takes this client: " + why);
}

void Connection::shake_hands(const Server& server, const common::TlsClient* tls) {
  const std::int64_t deadline = steady_ns() + settings_.connect_timeout_ns;
  server_ = &server;
  reader_.clear();
  out_.clear();
  sent_ = 0;
  link_ = std::make_unique<Link>(server, tls, ms_until(deadline));
  write_connect(out_, settings_.connect);
  for (;;) {
    flush();
    // A broker that refuses ends the connection behind its answer.
    if (const auto packet = reader_.next()) return accept(*packet);
    if (receive()) continue;
    if (ms_until(deadline) == 0) throw retry("it does not answer in time");
    link_->wait(has_unsent(), ms_until(deadline));
  }
}

void Connection::accept(const Packet& packet) {
  if (packet.type != Type::connack) throw retry("it answers with something else than CONNACK");
  const Version version = settings_.connect.version;
  answer_ = read_connack(packet, version);
  if (answer_.reason != 0) {
    const std::string why = describe_reason(answer_.reason, version);
    if (is_final(answer_.reason, version)) throw config_error("", server_->text + ": " + why);
    throw retry(why);
  }
  const Properties& p = answer_.properties;
  receive_maximum_ = p.number(Property::receive_maximum, 0xffff);
  topic_alias_maximum_ = p.number(Property::topic_alias_maximum, 0);
  keep_alive_ns_ =
      p.number(Property::server_keep_alive, settings_.connect.keep_alive_s) * second_ns;
}

void Connection::flush() {
  while (sent_ < out_.size()) {
    const std::size_t n = link_->write(out_.data() + sent_, out_.size() - sent_);
    if (n == 0) return;
    sent_ += n;
    last_sent_ns_ = steady_ns();
  }
  out_.clear();
  sent_ = 0;
}

bool Connection::receive() {
  const std::size_t n = link_->read(reader_.room(read_bytes), read_bytes);
  reader_.added(n);
  if (n != 0) ping_sent_ns_ = 0;
  return n != 0;
}

std::optional<Packet> Connection::next() { return reader_.next(); }

void Connection::keep_alive(std::int64_t now_ns, bool reading) {
  if (keep_alive_ns_ == 0) return;
  if (ping_sent_ns_ != 0 && reading && now_ns - ping_sent_ns_ > settings_.ping_timeout_ns) {
    throw retry("the connection is lost: the broker does not answer");
  }
  if (now_ns - last_sent_ns_ < keep_alive_ns_) return;
  write_ping(out_);
  last_sent_ns_ = now_ns;
  if (ping_sent_ns_ == 0) ping_sent_ns_ = now_ns;
  flush();
}

std::int64_t Connection::keep_alive_due_ns() const {
  if (keep_alive_ns_ == 0) return INT64_MAX;
  const std::int64_t ping = last_sent_ns_ + keep_alive_ns_;
  return ping_sent_ns_ == 0 ? ping : std::min(ping, ping_sent_ns_ + settings_.ping_timeout_ns);
}

void Connection::close(int timeout_ms) {
  write_disconnect(out_);
  const std::int64_t deadline = steady_ns() + timeout_ms * ms_ns;
  for (flush(); has_unsent() && ms_until(deadline) != 0; flush()) {
    link_->wait(true, ms_until(deadline));
  }
}

}  // namespace weir::mqtt
