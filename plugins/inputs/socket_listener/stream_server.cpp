#include "plugins/inputs/socket_listener/stream_server.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "plugins/common/sockets/connections.hpp"

namespace weir::socket_listener {
namespace {

constexpr std::int64_t millisecond_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * millisecond_ns;
constexpr std::int64_t drain_ns = second_ns;
constexpr int accepts_per_turn = 64;

}  // namespace

StreamServer::StreamServer(host home, common::Poller& poller, int descriptor,
                           StreamSettings settings)
    : home_(home),
      poller_(poller),
      descriptor_(descriptor),
      settings_(std::move(settings)),
      batch_(home) {
  poller_.add(descriptor_, *this);
}
StreamServer::~StreamServer() {
  if (accept_at_ns_ == 0) poller_.remove(descriptor_);
}

void StreamServer::on_ready() {
  for (int i = 0; i < accepts_per_turn && accept_one(); ++i) {
  }
}

bool StreamServer::accept_one() {
  const common::Accepted made = common::accept_connection(descriptor_);
  if (made.descriptor < 0) {
    if (made.exhausted()) pause_accepting(made.error);
    return made.try_next();
  }
  if (!settings_.allowed.allow(made.peer)) {
    refuse(made.descriptor, sources_refused,
           common::text_of(made.peer) + " is not in allowed_sources");
  } else if (settings_.max_connections != 0 && open_sockets_ >= settings_.max_connections) {
    refuse(made.descriptor, connections_refused, "max_connections is reached");
  } else {
    add(made.descriptor, made.peer);
  }
  return true;
}

void StreamServer::refuse(int descriptor, Metric counter, const std::string& why) {
  home_.count(counter);
  close(descriptor);
  home_.warn("a connection was refused: " + why);
}

void StreamServer::pause_accepting(int error) {
  home_.error("cannot accept a connection: " + std::generic_category().message(error) +
              "; raise the limit of open files (LimitNOFILE), or set max_connections");
  poller_.remove(descriptor_);
  accept_at_ns_ = steady_ns() + second_ns;
}

void StreamServer::add(int descriptor, const sockaddr_storage& peer) {
  const std::uint32_t lane = next_lane();
  auto made = std::make_unique<Connection>(*this, poller_, descriptor, lane, common::text_of(peer));
  ++open_sockets_;
  home_.count(connections_accepted);
  home_.gauge(connections, open_sockets_);
  if (settings_.tcp && settings_.keep_alive_ns) {
    common::set_keep_alive(descriptor, *settings_.keep_alive_ns > 0, *settings_.keep_alive_ns);
  }
  made->begin(make_source(descriptor, settings_.tls.get(), settings_.encoding),
              make_consumer(home_, lane, settings_.splitter.get(), batch_));
  connections_[lane] = std::move(made);
}

// Lanes are numbered on, so that one that the host is still closing is not taken for a new one.
std::uint32_t StreamServer::next_lane() {
  do {
    ++last_lane_;
  } while (last_lane_ == 0 || connections_.count(last_lane_) != 0);
  return last_lane_;
}

// ---- Connection::Owner ----

void StreamServer::received(std::size_t bytes) { home_.count(bytes_received, bytes); }

void StreamServer::broken(const Connection& connection, const char* why) {
  home_.error("the connection of " + connection.peer() + " is closed: " + why);
}

void StreamServer::socket_closed() { home_.gauge(connections, --open_sockets_); }

void StreamServer::ended(std::uint32_t lane) {
  connections_.erase(lane);
  home_.lane_close(lane);
}

// ---- Server ----

void StreamServer::resume(std::uint32_t lane) {
  const auto at = connections_.find(lane);
  if (at != connections_.end()) at->second->proceed();
}

int StreamServer::tick() {
  for (const std::uint32_t lane : std::exchange(again_, {})) resume(lane);
  const std::int64_t now = steady_ns();
  if (accept_at_ns_ != 0 && accept_at_ns_ <= now) {
    accept_at_ns_ = 0;
    poller_.add(descriptor_, *this);
  }
  if (!again_.empty()) return 0;
  const int accepting = accept_at_ns_ == 0 ? -1 : static_cast<int>(second_ns / millisecond_ns);
  const int silence = end_silent_ones();
  return accepting < 0 || (silence >= 0 && silence < accepting) ? silence : accepting;
}

// Looks a few times per timeout; a connection that the host holds back is not silent.
int StreamServer::end_silent_ones() {
  if (settings_.read_timeout_ns <= 0 || connections_.empty()) return -1;
  const std::int64_t latest = steady_ns() - settings_.read_timeout_ns;
  std::vector<Connection*> silent;
  for (const auto& [lane, c] : connections_) {
    if (c->waits_for_peer() && c->last_read_ns() <= latest) silent.push_back(c.get());
  }
  for (Connection* c : silent) c->end();
  const std::int64_t pause =
      std::clamp(settings_.read_timeout_ns / 8, 5 * millisecond_ns, second_ns);
  return static_cast<int>(pause / millisecond_ns);
}

// What peers have sent and the kernel has taken was accepted from their point of view: it is read, as
// long as the host takes it. A record that is not whole by then is not finished.
void StreamServer::drain() {
  const std::int64_t deadline = steady_ns() + drain_ns;
  for (bool more = true; more && accept_at_ns_ == 0 && steady_ns() < deadline;) more = accept_one();
  std::size_t unread_bytes = 0;
  std::uint32_t lost = 0;
  for (const auto& [lane, c] : connections_) {
    lost += c->drain(steady_ns() < deadline ? drain_bytes_max : 0);
    unread_bytes += c->unread_bytes();
  }
  if (lost != 0) home_.lost(lost, WEIR_CLOSED);
  if (unread_bytes != 0) {
    home_.warn(std::to_string(unread_bytes) +
               " bytes that had been received were not read: the agent "
               "stops and has no room for them");
  }
  for (const auto& [lane, c] : std::exchange(connections_, {})) home_.lane_close(lane);
}

}  // namespace weir::socket_listener
