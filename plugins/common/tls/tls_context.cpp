#include "plugins/common/tls/tls_context.hpp"

#include <array>
#include <string_view>

#include <openssl/err.h>

#include <weir/error.hpp>

namespace weir::common::detail {
namespace {

struct Version {
  std::string_view name;
  int number;
};
constexpr std::array versions{Version{"TLS10", TLS1_VERSION}, Version{"TLS11", TLS1_1_VERSION},
                              Version{"TLS12", TLS1_2_VERSION}, Version{"TLS13", TLS1_3_VERSION}};

// OpenSSL's name; empty where it has no such suite.
std::string library_name(const std::string& suite) {
  for (const std::string& name : {suite, suite + "_SHA256"}) {
    const std::string_view found = OPENSSL_cipher_name(name.c_str());
    if (found != "(NONE)") return std::string(found);
  }
  return {};
}

int give_password(char* to, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.size() > static_cast<std::size_t>(size)) return 0;
  return static_cast<int>(text.copy(to, text.size()));
}

}  // namespace

int tls_version(const std::string& option, const std::string& name, int unset) {
  if (name.empty()) return unset;
  for (const Version& v : versions) {
    if (v.name == name) return v.number;
  }
  throw config_error(option, "\"" + name + "\" is unknown; use TLS10, TLS11, TLS12 or TLS13");
}

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

void refuse(const std::string& option, const std::string& what) {
  std::array<char, 256> why{};
  ERR_error_string_n(ERR_get_error(), why.data(), why.size());
  ERR_clear_error();
  throw config_error(option, what + ": " + why.data());
}

void set_versions(SSL_CTX* context, int least, int most) {
  // The library's default level has no signatures that the old versions could use.
  if (least < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, least);
  SSL_CTX_set_max_proto_version(context, most);
}

void set_suites(SSL_CTX* context, const Suites& suites) {
  const bool older =
      suites.older.empty() || SSL_CTX_set_cipher_list(context, suites.older.c_str()) == 1;
  const bool newest =
      suites.newest.empty() || SSL_CTX_set_ciphersuites(context, suites.newest.c_str()) == 1;
  if (!older || !newest) refuse("tls_cipher_suites", "the suites cannot be used");
}

void load_key(SSL_CTX* context, const std::string& certificate, const std::string& key,
              std::string password) {
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, &password);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    refuse("tls_cert", "cannot use " + certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuse("tls_key", "cannot use " + key);
  }
  if (SSL_CTX_check_private_key(context) != 1) refuse("tls_key", "is not the key of tls_cert");
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  SSL_CTX_set_default_passwd_cb(context, nullptr);
}

}  // namespace weir::common::detail
