#include "plugins/common/tls/tls_server.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace weir::common {
namespace {

struct Version {
  std::string_view name;
  int number;
};
constexpr std::array versions{Version{"TLS10", TLS1_VERSION}, Version{"TLS11", TLS1_1_VERSION},
                              Version{"TLS12", TLS1_2_VERSION}, Version{"TLS13", TLS1_3_VERSION}};

int version_of(const std::string& option, const std::string& name, int unset) {
  if (name.empty()) return unset;
  for (const Version& v : versions) {
    if (v.name == name) return v.number;
  }
  throw config_error(option, "\"" + name + "\" is unknown; use TLS10, TLS11, TLS12 or TLS13");
}

// OpenSSL's name; empty where it has no such suite.
std::string library_name(const std::string& suite) {
  for (const std::string& name : {suite, suite + "_SHA256"}) {
    const std::string_view found = OPENSSL_cipher_name(name.c_str());
    if (found != "(NONE)") return std::string(found);
  }
  return {};
}

// Suites by the function that takes them: those of TLS 1.3 are set apart.
struct Suites {
  std::string older, newest;
};
Suites suites_of(const std::vector<std::string>& names) {
  Suites all;
  for (const std::string& name : names) {
    const std::string found = library_name(name);
    if (found.empty()) {
      throw config_error("tls_cipher_suites", "\"" + name + "\" is unknown or no longer supported");
    }
    std::string& list = found.starts_with("TLS_") ? all.newest : all.older;
    list += (list.empty() ? "" : ":") + found;
  }
  return all;
}

[[noreturn]] void refuse(const std::string& option, const std::string& what) {
  std::array<char, 256> why{};
  ERR_error_string_n(ERR_get_error(), why.data(), why.size());
  ERR_clear_error();
  throw config_error(option, what + ": " + why.data());
}

int give_password(char* to, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.size() > static_cast<std::size_t>(size)) return 0;
  return static_cast<int>(text.copy(to, text.size()));
}

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

}  // namespace

void TlsServerOptions::check() const {
  const int least = version_of("tls_min_version", tls_min_version, TLS1_2_VERSION);
  const int most = version_of("tls_max_version", tls_max_version, TLS1_3_VERSION);
  if (least > most) {
    throw config_error("tls_min_version", "is newer than tls_max_version; no version is left");
  }
  suites_of(tls_cipher_suites);
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

  void set_versions(const TlsServerOptions& o) {
    const int least = version_of("tls_min_version", o.tls_min_version, TLS1_2_VERSION);
    // The library's default level has no signatures that the old versions could use.
    if (least < TLS1_2_VERSION) SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, least);
    SSL_CTX_set_max_proto_version(ctx,
                                  version_of("tls_max_version", o.tls_max_version, TLS1_3_VERSION));
  }
  void set_suites(const TlsServerOptions& o) {
    const Suites suites = suites_of(o.tls_cipher_suites);
    const bool older =
        suites.older.empty() || SSL_CTX_set_cipher_list(ctx, suites.older.c_str()) == 1;
    const bool newest =
        suites.newest.empty() || SSL_CTX_set_ciphersuites(ctx, suites.newest.c_str()) == 1;
    if (!older || !newest) refuse("tls_cipher_suites", "the suites cannot be used");
  }
  void load_key(const TlsServerOptions& o, std::string password) {
    SSL_CTX_set_default_passwd_cb(ctx, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(ctx, &password);
    if (SSL_CTX_use_certificate_chain_file(ctx, o.tls_cert.c_str()) != 1) {
      refuse("tls_cert", "cannot use " + o.tls_cert);
    }
    if (SSL_CTX_use_PrivateKey_file(ctx, o.tls_key.c_str(), SSL_FILETYPE_PEM) != 1) {
      refuse("tls_key", "cannot use " + o.tls_key);
    }
    if (SSL_CTX_check_private_key(ctx) != 1) refuse("tls_key", "is not the key of tls_cert");
    SSL_CTX_set_default_passwd_cb_userdata(ctx, nullptr);
    SSL_CTX_set_default_passwd_cb(ctx, nullptr);
  }
  void load_authorities(const TlsServerOptions& o) {
    allowed_names = o.tls_allowed_dns_names;
    SSL_CTX_set_app_data(ctx, &allowed_names);
    if (o.tls_allowed_cacerts.empty()) return;
    STACK_OF(X509_NAME)* names = sk_X509_NAME_new_null();
    SSL_CTX_set_client_CA_list(ctx, names);  // Owned by the context from here on.
    for (const std::string& file : o.tls_allowed_cacerts) {
      if (SSL_CTX_load_verify_file(ctx, file.c_str()) != 1 ||
          SSL_add_file_cert_subjects_to_stack(names, file.c_str()) != 1) {
        refuse("tls_allowed_cacerts", "cannot use " + file);
      }
    }
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, check_peer);
  }

  SSL_CTX* ctx;
  std::vector<std::string> allowed_names;
};

TlsServer::TlsServer(const TlsServerOptions& options, const std::string& key_password)
    : context_(std::make_unique<Context>()) {
  context_->set_versions(options);
  context_->set_suites(options);
  context_->load_key(options, key_password);
  context_->load_authorities(options);
  // Clients of many languages just close; what they sent before is complete.
  SSL_CTX_set_options(context_->ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context_->ctx, SSL_MODE_RELEASE_BUFFERS);
  // A client that only writes never reads tickets; when it closes with them unread, its system throws
  // away what it has not sent yet.
  SSL_CTX_set_num_tickets(context_->ctx, 0);
  SSL_CTX_set_options(context_->ctx, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context_->ctx, SSL_SESS_CACHE_OFF);
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
