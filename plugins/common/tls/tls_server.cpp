#include "plugins/common/tls/tls_server.hpp"

#include <algorithm>
#include <new>
#include <string_view>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "plugins/common/tls/tls_context.hpp"

namespace weir::common {
namespace {

struct NamesFree {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

bool has_name(X509* certificate, const std::vector<std::string>& allowed) {
  const std::unique_ptr<GENERAL_NAMES, NamesFree> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const std::string_view text(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
        static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return true;
  }
  return false;
}

// The peer's own certificate comes last, when those above it are known to be good.
int check_peer(int good, X509_STORE_CTX* chain) {
  if (good != 1 || X509_STORE_CTX_get_error_depth(chain) != 0) return good;
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto& allowed =
      *static_cast<const std::vector<std::string>*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (allowed.empty() || has_name(X509_STORE_CTX_get_current_cert(chain), allowed)) return 1;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

int least_version(const TlsServerOptions& o) {
  return detail::tls_version("tls_min_version", o.tls_min_version, TLS1_2_VERSION);
}
int most_version(const TlsServerOptions& o) {
  return detail::tls_version("tls_max_version", o.tls_max_version, TLS1_3_VERSION);
}

}  // namespace

void TlsServerOptions::check() const {
  if (least_version(*this) > most_version(*this)) {
    throw config_error("tls_min_version", "is newer than tls_max_version; no version is left");
  }
  detail::suites_of(tls_cipher_suites);
  if (tls_cert.empty() != tls_key.empty()) {
    throw config_error(tls_cert.empty() ? "tls_cert" : "tls_key",
                       "tls_cert and tls_key are needed together");
  }
  if (wanted() && tls_cert.empty()) {
    throw config_error("tls_cert", "is needed for TLS, and tls_allowed_cacerts asks for it");
  }
  if (!tls_allowed_dns_names.empty() && tls_allowed_cacerts.empty()) {
    throw config_error("tls_allowed_dns_names",
                       "needs tls_allowed_cacerts: without them no client "
                       "shows a certificate");
  }
}

struct TlsServer::Context {
  Context() : ctx(SSL_CTX_new(TLS_server_method())) {
    if (ctx == nullptr) throw std::bad_alloc();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { SSL_CTX_free(ctx); }

  void load_authorities(const TlsServerOptions& o) {
    allowed_names = o.tls_allowed_dns_names;
    SSL_CTX_set_app_data(ctx, &allowed_names);
    if (o.tls_allowed_cacerts.empty()) return;
    STACK_OF(X509_NAME)* names = sk_X509_NAME_new_null();
    SSL_CTX_set_client_CA_list(ctx, names);  // Owned by the context from here on.
    for (const std::string& file : o.tls_allowed_cacerts) {
      if (SSL_CTX_load_verify_file(ctx, file.c_str()) != 1 ||
          SSL_add_file_cert_subjects_to_stack(names, file.c_str()) != 1) {
        detail::refuse("tls_allowed_cacerts", "cannot use " + file);
      }
    }
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, check_peer);
  }

  SSL_CTX* ctx;
  std::vector<std::string> allowed_names;
};

TlsServer::TlsServer(const TlsServerOptions& options, const std::string& key_password)
    : context_(std::make_unique<Context>()) {
  SSL_CTX* const ctx = context_->ctx;
  detail::set_versions(ctx, least_version(options), most_version(options));
  detail::set_suites(ctx, detail::suites_of(options.tls_cipher_suites));
  detail::load_key(ctx, options.tls_cert, options.tls_key, key_password);
  context_->load_authorities(options);
  // Clients of many languages just close; what they sent before is complete.
  SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A client that only writes never reads tickets; when it closes with them unread, its system throws
  // away what it has not sent yet.
  SSL_CTX_set_num_tickets(ctx, 0);
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}
TlsServer::~TlsServer() = default;

TlsStream TlsServer::accept(int descriptor) const {
  SSL* connection = SSL_new(context_->ctx);
  if (connection == nullptr) throw std::bad_alloc();
  TlsStream stream(connection);
  if (SSL_set_fd(connection, descriptor) != 1) throw std::bad_alloc();
  SSL_set_accept_state(connection);
  return stream;
}

}  // namespace weir::common
