#include "core/runtime/admin_server.hpp"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "core/base/version.hpp"

namespace weir::runtime {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Protocol = asio::generic::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
using beast::error_code;

namespace {

// The way back to the server's thread, shut when the server closes: who answers later than that holds it.
struct Gate {
  std::mutex mutex;
  asio::io_context* context{nullptr};  // Guarded by mutex; nullptr = shut.
};

constexpr auto accept_pause = std::chrono::milliseconds(100);

AdminAnswer plain(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + "\n", {}};
}

// What a session asks of its server.
struct Server {
  std::shared_ptr<Gate> gate{std::make_shared<Gate>()};
  AdminServer::Handler handler;
  std::string token;
  std::size_t sessions{0};  // Only on the server's thread.
  std::function<void()> on_session_end;
  asio::io_context context{1};  // Goes first, and the sessions that its handlers hold with it.
};

// One connection: a request is read, answered, and that was it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Server& server, Protocol::socket socket)
      : server_(server), stream_(std::move(socket)), deadline_(server.context) {
    ++server_.sessions;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    --server_.sessions;
    server_.on_session_end();
  }

  void begin() {
    parser_.header_limit(AdminServer::head_bytes_max);
    parser_.body_limit(AdminServer::body_bytes_max);
    stream_.expires_after(std::chrono::seconds(AdminServer::io_timeout_s));
    http::async_read(
        stream_, buffer_, parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->was_read(error); });
  }

 private:
  void was_read(error_code error) {
    if (error == http::error::body_limit || error == http::error::header_limit) {
      return answer(plain(413, "the request is too large"));
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message) return;
    if (error.category() == make_error_code(http::error::bad_method).category()) {
      return answer(plain(400, "this is no HTTP request"));
    }
    if (error) return;
    if (!authorized()) {
      return answer(plain(401, "the token of admin_token_file is missing or wrong"));
    }
    ask();
  }

  [[nodiscard]] bool authorized() const {
    if (server_.token.empty()) return true;
    const std::string given(parser_.get()[http::field::authorization]);
    return same_secret(given, "Bearer " + server_.token);
  }

  // The timer holds the session while nobody else does.
  void ask() {
    const auto& request = parser_.get();
    const std::string target(request.target());
    stream_.expires_never();
    deadline_.expires_after(std::chrono::seconds(AdminServer::answer_timeout_s));
    deadline_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->answer(plain(504, "the agent has not come to it in time"));
    });
    server_.handler(
        {std::string(request.method_string()), target.substr(0, target.find('?')), request.body()},
        reply());
  }

  AdminServer::Reply reply() {
    return [gate = server_.gate, weak = weak_from_this()](AdminAnswer made) {
      const std::lock_guard lock(gate->mutex);
      if (gate->context == nullptr) return;
      asio::post(*gate->context, [weak, made = std::move(made)]() mutable {
        if (const auto self = weak.lock()) self->answer(std::move(made));
      });
    };
  }

  void answer(AdminAnswer made) {
    if (response_) return;
    deadline_.cancel();
    response_.emplace(http::status(made.status), 11);
    response_->set(http::field::server, std::string("Weir/") + version);
    response_->set(http::field::content_type, made.type);
    response_->set(http::field::cache_control, "no-store");
    if (!made.allow.empty()) response_->set(http::field::allow, made.allow);
    if (made.status == 401) response_->set(http::field::www_authenticate, "Bearer");
    response_->keep_alive(false);
    response_->body() = std::move(made.body);
    response_->prepare_payload();
    stream_.expires_after(std::chrono::seconds(AdminServer::io_timeout_s));
    http::async_write(stream_, *response_,
                      [self = shared_from_this()](error_code, std::size_t) { self->finish(); });
  }

  void finish() {
    error_code ignored;
    ignored = stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
  }

  Server& server_;
  Stream stream_;
  asio::steady_timer deadline_;
  beast::flat_buffer buffer_{AdminServer::head_bytes_max + AdminServer::body_bytes_max};
  http::request_parser<http::string_body> parser_;
  std::optional<http::response<http::string_body>> response_;
};

Error failed(const std::string& what, const error_code& error) {
  return {ErrorKind::unavailable, what + ": " + error.message()};
}

// A socket file that nobody answers at is left over from a process that was killed.
Status clear_socket_file(const std::string& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return ok_status();
  if (!S_ISSOCK(found.st_mode)) {
    return Error{ErrorKind::bad_config,
                 path + " is a file and no socket: name another path in [weir] admin"};
  }
  asio::io_context context;
  asio::local::stream_protocol::socket probe(context);
  error_code error;
  error = probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (!error) {
    return Error{ErrorKind::bad_config, "another agent answers at " + path +
                                            ": stop it, or name another path in [weir] admin"};
  }
  ::unlink(path.c_str());
  return ok_status();
}

}  // namespace

class AdminServer::Impl {
 public:
  Status open(const AdminServer::Settings& settings) {
    const config::AdminAddress& address = settings.address;
    error_code error;
    if (address.tcp()) {
      const auto ip = asio::ip::make_address(address.host, error);
      if (error) return failed(address.host, error);
      return listen(asio::ip::tcp::endpoint(ip, address.port),
                    address.host + ":" + std::to_string(address.port));
    }
    if (Status s = clear_socket_file(address.path); !s.ok()) return s;
    if (Status s = listen(asio::local::stream_protocol::endpoint(address.path), address.path);
        !s.ok()) {
      return s;
    }
    path_ = address.path;
    return ok_status();
  }

  void run(AdminServer::Handler handler, std::string token) {
    server_.handler = std::move(handler);
    server_.token = std::move(token);
    server_.gate->context = &server_.context;
    server_.on_session_end = [this] {
      if (!accepting_ && !closing_) accept();
    };
    accept();
    thread_ = std::thread([this] {
      ::pthread_setname_np(::pthread_self(), "weir-admin");
      server_.context.run();
    });
  }

  // Handlers that were not called go with the context, and the sessions they hold with them.
  void close() {
    {
      const std::lock_guard lock(server_.gate->mutex);
      server_.gate->context = nullptr;
    }
    closing_ = true;
    server_.context.stop();
    if (thread_.joinable()) thread_.join();
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
  }

  [[nodiscard]] std::uint16_t port() const {
    asio::ip::tcp::endpoint at;
    const auto bound = acceptor_.local_endpoint();
    if (bound.size() > at.capacity()) return 0;
    at.resize(bound.size());
    std::memcpy(at.data(), bound.data(), bound.size());
    return at.port();
  }

 private:
  // Connecting is possible from listen() on, when the rights are right.
  template <typename Endpoint>
  Status listen(const Endpoint& at, const std::string& name) {
    error_code error;
    const std::string what = "the admin endpoint cannot be opened at " + name;
    error = acceptor_.open(at.protocol(), error);
    if (error) return failed(what, error);
    error = acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    error = acceptor_.bind(at, error);
    if (error) return failed(what, error);
    if (at.protocol().family() == AF_UNIX) {
      ::chmod(name.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP);
    }
    error = acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error ? Status(failed(what, error)) : ok_status();
  }

  void accept() {
    accepting_ = server_.sessions < AdminServer::connections_max;
    if (!accepting_) return;
    acceptor_.async_accept([this](error_code error, Protocol::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return accept_later();
      std::make_shared<Session>(server_, std::move(socket))->begin();
      accept();
    });
  }

  // No file was free, for one: asking again at once would keep a core busy.
  void accept_later() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([this](error_code error) {
      if (!error) accept();
    });
  }

  bool accepting_{false};  // Only on the server's thread, once that runs.
  std::atomic<bool> closing_{false};
  Server server_;
  asio::basic_socket_acceptor<Protocol> acceptor_{server_.context};
  asio::steady_timer pause_{server_.context};
  std::string path_;
  std::thread thread_;
};

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminServer::~AdminServer() { close(); }

Result<std::unique_ptr<AdminServer>> AdminServer::open(const Settings& settings, Handler handler) {
  auto impl = std::make_unique<Impl>();
  if (Status s = impl->open(settings); !s.ok()) return s.error();
  impl->run(std::move(handler), settings.token);
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

std::uint16_t AdminServer::port() const { return impl_->port(); }

void AdminServer::close() {
  if (!impl_) return;
  impl_->close();
  impl_.reset();
}

Result<std::string> read_token(const std::string& file) {
  std::ifstream in(file);
  std::string token;
  std::getline(in, token);
  if (!token.empty() && token.back() == '\r') token.pop_back();
  if (token.empty()) {
    return Error{ErrorKind::bad_config,
                 "[weir] admin_token_file " + file + " cannot be read or its first line is empty"};
  }
  return token;
}

bool same_secret(const std::string& given, const std::string& wanted) {
  unsigned different = given.size() == wanted.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = wanted.empty() ? '\0' : wanted[i % wanted.size()];
    different |= static_cast<unsigned>(static_cast<unsigned char>(given[i] ^ other));
  }
  return different == 0;
}

}  // namespace weir::runtime
