#include "plugins/common/http_server/worker.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "plugins/common/sockets/connections.hpp"
#include "plugins/common/sockets/steady_clock.hpp"

namespace weir::http {
namespace {

constexpr std::int64_t millisecond_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * millisecond_ns;
constexpr int accepts_per_turn = 64;
constexpr int rounds_per_turn = 64;
constexpr std::size_t scratch_bytes = std::size_t{128} << 10;

}  // namespace

Worker::Worker(host home, const ServerSettings& settings, ServerCounts& counts, int listening,
               std::uint32_t number)
    : home_(home),
      settings_(settings),
      counts_(counts),
      listening_(listening),
      number_(number),
      meter_(home),
      scratch_(scratch_bytes) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::begin(const Server::MakeHandler& make) {
  handler_ = make(number_, *this);
  thread_ = std::thread([this] { run(); });
}

void Worker::stop() {
  stopping_ = true;
  poller_.wake();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::notify(std::uint64_t value) {
  {
    const std::lock_guard lock(mutex_);
    notified_.push_back(value);
  }
  poller_.wake();
}

// ---- the thread ----

void Worker::run() {
  resume_accepting(common::steady_ns());
  int timeout_ms = -1;
  while (!stopping_) timeout_ms = round(timeout_ms);
  drain();
}

int Worker::round(int timeout_ms) {
  try {
    poller_.wait(timeout_ms);
    serve_rest();
    const std::int64_t now = common::steady_ns();
    resume_accepting(now);
    return again_.empty() ? expire(now) : 0;
  } catch (const std::exception& why) {
    home_.error(std::string("a connection could not be served: ") + why.what());
    return 0;
  }
}

// What became possible without a socket being ready, as long as something does.
void Worker::serve_rest() {
  for (int i = 0; i < rounds_per_turn; ++i) {
    std::vector<std::uint64_t> told;
    {
      const std::lock_guard lock(mutex_);
      told.swap(notified_);
    }
    for (const std::uint64_t value : told) handler_->notified(value);
    handler_->end_of_round();
    if (resumed_.empty() && again_.empty()) return;
    for (const ConnectionId id : std::exchange(resumed_, {})) {
      const auto at = connections_.find(id);
      if (at != connections_.end()) at->second->resume();
    }
    for (const ConnectionId id : std::exchange(again_, {})) {
      const auto at = connections_.find(id);
      if (at != connections_.end()) at->second->proceed();
    }
  }
}

// Requests that have begun may end, and are the last of their connection.
void Worker::drain() {
  if (accepting_) poller_.remove(listening_);
  const std::int64_t until = common::steady_ns() + Server::drain_ns;
  std::vector<ConnectionId> all;
  all.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) all.push_back(id);
  for (const ConnectionId id : all) connections_.at(id)->close_if_idle();
  while (!connections_.empty() && common::steady_ns() < until) round(10);
  all.clear();
  for (const auto& [id, connection] : connections_) all.push_back(id);
  for (const ConnectionId id : all) ended(id);
  handler_.reset();
}

std::string_view Worker::date() {
  const std::int64_t now_s = home_.now() / second_ns;
  if (now_s != date_s_ || date_.empty()) date_ = http_date(now_s);
  date_s_ = now_s;
  return date_;
}

// ---- connections ----

void Worker::on_ready() {
  for (int i = 0; i < accepts_per_turn && accept_one(); ++i) {
  }
}

bool Worker::accept_one() {
  if (counts_.open.load() >= settings_.connections_max) {
    pause_accepting(std::to_string(settings_.connections_max) +
                    " connections are open, no more at a time");
    return false;
  }
  const common::Accepted got = common::accept_connection(listening_);
  if (got.exhausted()) {
    pause_accepting(std::generic_category().message(got.error) +
                    "; raise the limit of open files (LimitNOFILE)");
  }
  if (got.descriptor < 0) return got.try_next();
  add(got.descriptor, got.peer);
  return true;
}

void Worker::add(int descriptor, const sockaddr_storage& peer) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const ConnectionId id = next_id();
  connections_[id] =
      std::make_unique<Connection>(*this, poller_, descriptor, id, peer, settings_.tls.get());
  counts_.open += 1;
  counts_.accepted += 1;
}

ConnectionId Worker::next_id() {
  ConnectionId id = 0;
  do {
    ++last_;
    id = (ConnectionId{number_} << 32U) | last_;
  } while (last_ == 0 || connections_.count(id) != 0);
  return id;
}

void Worker::ended(ConnectionId connection) {
  connections_.erase(connection);
  counts_.open -= 1;
  handler_->ended(connection);
}

void Worker::pause_accepting(const std::string& why) {
  home_.warn("connections wait to be accepted: " + why);
  poller_.remove(listening_);
  accepting_ = false;
  accept_at_ns_ = common::steady_ns() + second_ns / 10;
}

void Worker::resume_accepting(std::int64_t now_ns) {
  if (accepting_ || stopping_ || now_ns < accept_at_ns_) return;
  poller_.add(listening_, *this,
              settings_.workers > 1 ? common::Poller::For::shared : common::Poller::For::reading);
  accepting_ = true;
}

// Looks a few times per timeout. Returns the milliseconds until the next look; -1 = none is needed.
int Worker::expire(std::int64_t now_ns) {
  const int accepting = accepting_ ? -1 : static_cast<int>(second_ns / 10 / millisecond_ns);
  if (connections_.empty()) return accepting;
  if (now_ns >= expire_at_ns_) {
    std::vector<ConnectionId> all;
    all.reserve(connections_.size());
    for (const auto& [id, connection] : connections_) all.push_back(id);
    for (const ConnectionId id : all) connections_.at(id)->expire(now_ns);
    std::int64_t least = second_ns;
    for (const std::int64_t timeout :
         {settings_.limits.read_timeout_ns, settings_.limits.write_timeout_ns}) {
      if (timeout > 0) least = std::min(least, std::max(timeout / 8, 5 * millisecond_ns));
    }
    expire_at_ns_ = now_ns + least;
  }
  const auto looking = static_cast<int>((expire_at_ns_ - now_ns) / millisecond_ns) + 1;
  return accepting < 0 ? looking : std::min(accepting, looking);
}

}  // namespace weir::http
