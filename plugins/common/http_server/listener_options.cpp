#include "plugins/common/http_server/listener_options.hpp"

#include "plugins/common/http/credentials.hpp"

namespace weir::http {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t default_timeout_ns = 10 * second_ns;

// As in Telegraf, where a shorter one is taken for a slip.
std::int64_t timeout_of(const duration& written) {
  return written.ns < second_ns ? default_timeout_ns : written.ns;
}

std::string url_of(const std::string& address) {
  return address.find("://") == std::string::npos ? "tcp://" + address : address;
}

}  // namespace

ServerSettings ListenerOptions::server_settings(const host& home,
                                                std::int64_t body_bytes_max) const {
  ServerSettings settings;
  settings.limits.read_timeout_ns = timeout_of(read_timeout);
  settings.limits.write_timeout_ns = timeout_of(write_timeout);
  settings.limits.body_bytes_max =
      static_cast<std::uint64_t>(max_body_size.bytes > 0 ? max_body_size.bytes : body_bytes_max);
  if (wanted()) {
    const std::string password = tls_key_pwd.set ? home.reveal(tls_key_pwd.handle) : "";
    settings.tls = std::make_shared<common::TlsServer>(*this, password);
  }
  return settings;
}

std::string ListenerOptions::basic_field(const host& home) const {
  const std::string password = basic_password.set ? home.reveal(basic_password.handle) : "";
  if (basic_username.empty() != password.empty()) {
    home.warn("everybody may write: basic_username and basic_password have no effect alone");
  }
  if (basic_username.empty() || password.empty()) return {};
  return basic_authorization(basic_username, password);
}

void Listener::open(const host& home, const std::string& address, const std::string& socket_mode,
                    const ServerSettings& settings, const Server::MakeHandler& make) {
  common::ListenOptions options;
  options.socket_mode = common::parse_socket_mode(socket_mode);
  socket_ =
      std::make_unique<common::ListeningSocket>(home, url_of(address), "service_address", options);
  auto server = std::make_unique<Server>(home, settings, socket_->descriptor(), make);
  home.info("Listening on " + url_of(address));
  const std::lock_guard lock(mutex_);
  server_ = std::move(server);
}

void Listener::close() {
  Server* ending = nullptr;
  {
    const std::lock_guard lock(mutex_);
    ending = server_.get();
  }
  if (ending != nullptr) ending->stop();
  const std::lock_guard lock(mutex_);
  server_.reset();
  socket_.reset();
}

void Listener::notify(std::uint32_t worker, std::uint64_t value) {
  const std::lock_guard lock(mutex_);
  if (server_ && worker < server_->workers()) server_->notify(worker, value);
}

}  // namespace weir::http
