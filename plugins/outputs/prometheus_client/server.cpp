#include "plugins/outputs/prometheus_client/server.hpp"

#include <unistd.h>

#include <chrono>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/ssl.h>
#include <zlib.h>

namespace weir::prometheus_client {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

namespace {

std::string gzipped(const std::string& text) {
  z_stream z{};
  constexpr int gzip_window = 15 + 16;
  if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&z, text.size()), '\0');
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib does not write to its input
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const bool ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
  out.resize(ok ? z.total_out : 0);
  deflateEnd(&z);
  return out;
}

std::string basic_auth(const std::string& user, const std::string& password) {
  const std::string plain = user + ":" + password;
  std::string coded(beast::detail::base64::encoded_size(plain.size()), '\0');
  coded.resize(beast::detail::base64::encode(coded.data(), plain.data(), plain.size()));
  return "Basic " + coded;
}

// Takes the same time whether the first or the last byte differs.
bool same(std::string_view a, std::string_view b) {
  unsigned char differs = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    differs = static_cast<unsigned char>(differs | static_cast<unsigned char>(a[i] ^ b[i]));
  }
  return differs == 0;
}

std::chrono::nanoseconds or_forever(std::int64_t ns) {
  return std::chrono::nanoseconds(ns > 0 ? ns : INT64_MAX / 4);
}

}  // namespace

bool in_range(const std::string& address, const std::string& range) {
  boost::system::error_code bad;
  auto at = asio::ip::make_address(address, bad);
  if (bad) return false;
  if (at.is_v6() && at.to_v6().is_v4_mapped()) {
    at = asio::ip::make_address_v4(asio::ip::v4_mapped, at.to_v6());
  }
  const std::string whole =
      range.find('/') != std::string::npos ? range : range + (at.is_v4() ? "/32" : "/128");
  if (at.is_v4()) {
    const auto net = asio::ip::make_network_v4(whole, bad);
    return !bad && (at.to_v4().to_uint() & net.netmask().to_uint()) == net.network().to_uint();
  }
  const auto net = asio::ip::make_network_v6(whole, bad);
  return !bad &&
         net.canonical() == asio::ip::network_v6(at.to_v6(), net.prefix_length()).canonical();
}

class Server::Impl {
 public:
  Impl(ServerSettings settings, int listener)
      : settings_(std::move(settings)),
        acceptor_(context_),
        authorization_(basic_auth(settings_.user, settings_.password)) {
    if (settings_.tls.wanted()) use_tls();
    acceptor_.assign(tcp::v6(), ::dup(listener));
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    context_.stop();
    thread_.join();
  }

 private:
  template <typename Stream>
  struct Session {
    template <typename... A>
    explicit Session(A&&... a) : stream(std::forward<A>(a)...) {}
    Stream stream;
    beast::flat_buffer buffer{request_bytes_max};
    std::unique_ptr<http::request_parser<http::empty_body>> parser;
    Response response;
    bool allowed{true};
  };
  using Plain = beast::tcp_stream;
  using Secure = beast::ssl_stream<beast::tcp_stream>;

  void use_tls() {
    tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    boost::system::error_code bad;
    tls_->set_password_callback([this](std::size_t, asio::ssl::context::password_purpose) {
      return settings_.tls_key_password;
    });
    (void)tls_->use_certificate_chain_file(settings_.tls.tls_cert, bad);
    if (bad) {
      throw config_error("tls_cert", "the certificate " + settings_.tls.tls_cert +
                                         " cannot be used: " + bad.message());
    }
    (void)tls_->use_private_key_file(settings_.tls.tls_key, asio::ssl::context::pem, bad);
    if (bad) {
      throw config_error("tls_key",
                         "the key " + settings_.tls.tls_key + " cannot be used: " + bad.message());
    }
    SSL_CTX_set_min_proto_version(tls_->native_handle(), settings_.tls.tls_min_version == "TLS13"
                                                             ? TLS1_3_VERSION
                                                             : TLS1_2_VERSION);
    for (const auto& file : settings_.tls.tls_allowed_cacerts) {
      (void)tls_->load_verify_file(file, bad);
      if (bad) {
        throw config_error("tls_allowed_cacerts", file + " cannot be used: " + bad.message());
      }
      tls_->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
  }

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& bad, tcp::socket socket) {
      if (bad == asio::error::operation_aborted) return;
      if (!bad && open_ < connections_max) admit(std::move(socket));
      accept();
    });
  }

  void admit(tcp::socket socket) {
    boost::system::error_code bad;
    const auto peer = socket.remote_endpoint(bad);
    const bool allowed =
        settings_.ip_ranges.empty() || (!bad && in_any_range(peer.address().to_string()));
    ++open_;
    if (!tls_) return begin(counted(new Session<Plain>(std::move(socket))), allowed);
    auto session = counted(new Session<Secure>(std::move(socket), *tls_));
    beast::get_lowest_layer(session->stream).expires_after(or_forever(settings_.read_timeout_ns));
    session->stream.async_handshake(
        asio::ssl::stream_base::server,
        [this, session, allowed](const boost::system::error_code& failed) {
          if (!failed) begin(session, allowed);
        });
  }
  template <typename S>
  std::shared_ptr<S> counted(S* session) {
    return std::shared_ptr<S>(session, [this](S* s) {
      delete s;
      --open_;
    });
  }
  bool in_any_range(const std::string& address) const {
    for (const auto& range : settings_.ip_ranges) {
      if (in_range(address, range)) return true;
    }
    return false;
  }

  template <typename S>
  void begin(const std::shared_ptr<S>& session, bool allowed) {
    session->allowed = allowed;
    read(session);
  }

  template <typename S>
  void read(const std::shared_ptr<S>& session) {
    session->parser = std::make_unique<http::request_parser<http::empty_body>>();
    session->parser->header_limit(request_bytes_max);
    beast::get_lowest_layer(session->stream).expires_after(or_forever(settings_.read_timeout_ns));
    http::async_read_header(session->stream, session->buffer, *session->parser,
                            [this, session](const boost::system::error_code& bad, std::size_t) {
                              if (!bad) answer(session);
                            });
  }

  template <typename S>
  void answer(const std::shared_ptr<S>& session) {
    session->response = respond(session->parser->get(), session->allowed);
    beast::get_lowest_layer(session->stream).expires_after(or_forever(settings_.write_timeout_ns));
    http::async_write(session->stream, session->response,
                      [this, session](const boost::system::error_code& bad, std::size_t) {
                        if (!bad && session->response.keep_alive()) read(session);
                      });
  }

  Response respond(const Request& request, bool allowed) {
    const bool known = request.target() == settings_.path || request.target() == "/";
    if (!allowed) {
      return plain(request, http::status::forbidden, "this address is not in ip_range\n");
    }
    if (!settings_.user.empty() && !same(request[http::field::authorization], authorization_)) {
      Response denied = plain(request, http::status::unauthorized, "wrong user or password\n");
      denied.set(http::field::www_authenticate, "Basic realm=\"Restricted\"");
      return denied;
    }
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      return plain(request, http::status::method_not_allowed, "only GET\n");
    }
    if (!known) {
      return plain(request, http::status::not_found, "the metrics are at " + settings_.path + "\n");
    }
    if (request.target() != settings_.path) {
      return plain(request, http::status::ok, "Weir: the metrics are at " + settings_.path + "\n");
    }
    return page(request);
  }
  Response plain(const Request& request, http::status status, const std::string& text) const {
    Response r{status, request.version()};
    r.set(http::field::content_type, "text/plain; charset=utf-8");
    return finished(std::move(r), request, text);
  }
  Response page(const Request& request) const {
    Response r{http::status::ok, request.version()};
    r.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    std::string text = settings_.page();
    if (request[http::field::accept_encoding].find("gzip") != std::string_view::npos) {
      r.set(http::field::content_encoding, "gzip");
      text = gzipped(text);
    }
    return finished(std::move(r), request, std::move(text));
  }
  Response finished(Response r, const Request& request, std::string text) const {
    for (const auto& [name, value] : settings_.headers) r.set(name, value);
    r.keep_alive(request.keep_alive());
    const std::size_t bytes = text.size();
    if (request.method() != http::verb::head) r.body() = std::move(text);
    r.prepare_payload();
    r.content_length(bytes);
    return r;
  }

  const ServerSettings settings_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::unique_ptr<asio::ssl::context> tls_;
  const std::string authorization_;
  int open_{0};
  std::thread thread_;
};

Server::Server(ServerSettings settings, int listener)
    : impl_(std::make_unique<Impl>(std::move(settings), listener)) {}
Server::~Server() = default;

}  // namespace weir::prometheus_client
