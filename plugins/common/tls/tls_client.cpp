#include "plugins/common/tls/tls_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "plugins/common/tls/tls_context.hpp"

namespace weir::common {
namespace {

// What Telegraf means by the word; the library has only some of them, and not by default.
constexpr std::array insecure_suites{
    "TLS_RSA_WITH_AES_128_CBC_SHA",         "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",      "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",      "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"};
constexpr std::array secure_suites{"TLS_AES_128_GCM_SHA256",
                                   "TLS_AES_256_GCM_SHA384",
                                   "TLS_CHACHA20_POLY1305_SHA256",
                                   "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                   "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                   "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                                   "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                   "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                   "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                   "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                   "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                   "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                   "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"};

// The words in place of their suites.
std::vector<std::string> spelled_out(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) {
    const bool every = name == "all";
    if (every || name == "secure") {
      all.insert(all.end(), secure_suites.begin(), secure_suites.end());
    }
    if (every || name == "insecure") {
      all.insert(all.end(), insecure_suites.begin(), insecure_suites.end());
    }
    if (!every && name != "secure" && name != "insecure") all.push_back(name);
  }
  return all;
}

int least_version(const TlsClientOptions& o) {
  return detail::tls_version("tls_min_version", o.tls_min_version, TLS1_2_VERSION);
}

// Where a connection keeps that it has shaken hands before.
int handshake_mark() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// "once": the second handshake is the last one. TLS 1.3 has no such thing.
void after_handshake(const SSL* ssl, int where, int) {
  if ((where & SSL_CB_HANDSHAKE_DONE) == 0 || SSL_version(ssl) > TLS1_2_VERSION) return;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the library's callback is const, its setter not
  SSL* const open = const_cast<SSL*>(ssl);
  if (SSL_get_ex_data(ssl, handshake_mark()) != nullptr) {
    SSL_set_options(open, SSL_OP_NO_RENEGOTIATION);
  }
  SSL_set_ex_data(open, handshake_mark(), open);
}

void set_renegotiation(SSL_CTX* context, const std::string& method) {
  if (method == "freely") return;
  if (method == "once") return SSL_CTX_set_info_callback(context, after_handshake);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
}

bool is_address(const std::string& host) {
  in6_addr ignored{};
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

}  // namespace

bool TlsClientOptions::wanted() const {
  if (tls_enable) return *tls_enable;
  return !tls_ca.empty() || !tls_cert.empty() || !tls_key.empty() || insecure_skip_verify ||
         !tls_server_name.empty() ||
         (!tls_renegotiation_method.empty() && tls_renegotiation_method != "never");
}

void TlsClientOptions::check() const {
  least_version(*this);
  detail::suites_of(spelled_out(tls_cipher_suites));
}

std::string TlsClientOptions::without_effect() const {
  if (tls_cert.empty() == tls_key.empty()) return {};
  return tls_key.empty() ? "tls_cert has no effect without tls_key: no client certificate is shown"
                         : "tls_key has no effect without tls_cert: no client certificate is shown";
}

struct TlsClient::Context {
  Context() : ctx(SSL_CTX_new(TLS_client_method())) {
    if (ctx == nullptr) throw std::bad_alloc();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { SSL_CTX_free(ctx); }

  SSL_CTX* ctx;
  std::string name;  // of the server; empty = the one it is called by
};

void TlsClient::apply(const TlsClientOptions& o, const std::string& key_password,
                      SSL_CTX* context) {
  detail::set_versions(context, least_version(o), 0);
  detail::set_suites(context, detail::suites_of(spelled_out(o.tls_cipher_suites)));
  set_renegotiation(context, o.tls_renegotiation_method);
  if (!o.tls_cert.empty() && !o.tls_key.empty()) {
    detail::load_key(context, o.tls_cert, o.tls_key, key_password);
  }
}

TlsClient::TlsClient(const TlsClientOptions& options, const std::string& key_password)
    : context_(std::make_unique<Context>()) {
  SSL_CTX* const ctx = context_->ctx;
  context_->name = options.tls_server_name;
  apply(options, key_password, ctx);
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const bool loaded = options.tls_ca.empty()
                          ? SSL_CTX_set_default_verify_paths(ctx) == 1
                          : SSL_CTX_load_verify_file(ctx, options.tls_ca.c_str()) == 1;
  if (!loaded) detail::refuse("tls_ca", "cannot use " + options.tls_ca);
  SSL_CTX_set_verify(ctx, options.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     nullptr);
}
TlsClient::~TlsClient() = default;

TlsStream TlsClient::connect(int descriptor, const std::string& host) const {
  SSL* connection = SSL_new(context_->ctx);
  if (connection == nullptr) throw std::bad_alloc();
  TlsStream stream(connection);
  std::string name = context_->name.empty() ? host : context_->name;
  bool ready = SSL_set_fd(connection, descriptor) == 1;
  if (is_address(name)) {
    ready = ready && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), name.c_str()) == 1;
  } else {
    ready = ready && SSL_set1_host(connection, name.c_str()) == 1 &&
            SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     name.data()) == 1;
  }
  if (!ready) throw std::bad_alloc();
  SSL_set_connect_state(connection);
  return stream;
}

}  // namespace weir::common
