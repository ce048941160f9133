#include "plugins/inputs/statsd/tcp_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "plugins/inputs/statsd/intake.hpp"
#include "plugins/inputs/statsd/metrics.hpp"

namespace weir::statsd {
namespace {

constexpr int accepts_per_turn = 64;
constexpr int pause_ms = 1000;

}  // namespace

// Keeps the begin of a line until its end comes.
class TcpServer::Connection final : public common::Poller::Handler {
 public:
  Connection(TcpServer& home, const common::Accepted& made)
      : home_(home), descriptor_(made.descriptor), peer_(made.peer) {
    home_.poller_.add(descriptor_, *this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override {
    home_.poller_.remove(descriptor_);
    ::close(descriptor_);
  }

  void on_ready() override {
    if (!read(turn_bytes)) home_.ended(*this);  // destroys this object
  }
  // Reads what is there, at most so much; false when nothing more will come.
  bool read(std::size_t bytes_max) {
    for (std::size_t done = 0; done < bytes_max;) {
      if (bytes_ == nullptr) bytes_ = std::make_unique_for_overwrite<char[]>(line_bytes_max);
      const ssize_t n = ::recv(descriptor_, bytes_.get() + used_, line_bytes_max - used_, 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return wait_or_end();
      if (n == 0) return finish();
      used_ += static_cast<std::size_t>(n);
      done += static_cast<std::size_t>(n);
      if (!take_lines()) return false;
    }
    return true;
  }

 private:
  bool wait_or_end() {
    if (errno != EAGAIN) return finish();
    if (used_ == 0) bytes_.reset();
    return true;
  }
  // The last line may have no line break.
  bool finish() {
    if (used_ != 0) home_.intake_.read({bytes_.get(), std::exchange(used_, 0)}, peer_);
    return false;
  }
  bool take_lines() {
    const std::string_view text(bytes_.get(), used_);
    const std::size_t end = text.rfind('\n');
    if (end != std::string_view::npos) {
      home_.intake_.read(text.substr(0, end + 1), peer_);
      used_ -= end + 1;
      std::memmove(bytes_.get(), bytes_.get() + end + 1, used_);
    }
    if (used_ < line_bytes_max) return true;
    home_.home_.error("the connection of " + common::text_of(peer_) +
                      " is closed: a line is longer than 64 KiB");
    return false;
  }

  TcpServer& home_;
  const int descriptor_;
  const sockaddr_storage peer_;
  std::unique_ptr<char[]> bytes_;  // none while the connection is idle
  std::size_t used_ = 0;
};

TcpServer::TcpServer(host home, common::Poller& poller, int descriptor, Intake& intake,
                     const TcpSettings& settings)
    : home_(home), poller_(poller), descriptor_(descriptor), intake_(intake), settings_(settings) {
  poller_.add(descriptor_, *this);
}
TcpServer::~TcpServer() {
  connections_.clear();
  if (!accept_at_) poller_.remove(descriptor_);
}

void TcpServer::on_ready() {
  for (int i = 0; i < accepts_per_turn && accept_one(); ++i) {
  }
}

bool TcpServer::accept_one() {
  const common::Accepted made = common::accept_connection(descriptor_);
  if (made.descriptor < 0) {
    if (made.exhausted()) pause_accepting(made.error);
    return made.try_next();
  }
  if (connections_.size() >= settings_.max_connections) {
    refuse(made);
    return true;
  }
  common::set_keep_alive(made.descriptor, settings_.keep_alive, settings_.keep_alive_ns);
  auto connection = std::make_unique<Connection>(*this, made);
  const Connection* const key = connection.get();
  connections_.emplace(key, std::move(connection));
  home_.count(connections_accepted);
  home_.gauge(connections, connections_.size());
  return true;
}

void TcpServer::refuse(const common::Accepted& made) {
  ::close(made.descriptor);
  home_.count(connections_refused);
  home_.warn("a connection was refused: max_tcp_connections is reached");
}

void TcpServer::ended(const Connection& connection) {
  connections_.erase(&connection);
  home_.gauge(connections, connections_.size());
}

void TcpServer::pause_accepting(int error) {
  home_.error("cannot accept a connection: " + std::generic_category().message(error) +
              "; raise the limit of open files (LimitNOFILE), or lower max_tcp_connections");
  poller_.remove(descriptor_);
  accept_at_ = Clock::now() + std::chrono::milliseconds(pause_ms);
}

int TcpServer::tick() {
  if (!accept_at_) return -1;
  if (Clock::now() < *accept_at_) return pause_ms;
  accept_at_.reset();
  poller_.add(descriptor_, *this);
  return -1;
}

// What peers have sent and the kernel has taken was accepted from their point of view.
void TcpServer::drain() {
  if (!accept_at_) on_ready();
  for (const auto& [key, connection] : connections_) connection->read(drain_bytes_max);
  connections_.clear();
}

}  // namespace weir::statsd
