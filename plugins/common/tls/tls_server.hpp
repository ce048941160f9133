#pragma once

// The tls_* options of servers, and what they make of a connection.
//
// A plugin inherits TlsServerOptions and adds TlsServerOptions::tls_options to its own with
// std::tuple_cat.
//
// Threads    accept() from any thread.
// Errors     weir::config_error with the option: check() for what is wrong in itself, the constructor for
//            files that cannot be used.

#include <memory>
#include <string>
#include <vector>

#include <weir/error.hpp>
#include <weir/options.hpp>

#include "plugins/common/tls/tls_stream.hpp"

namespace weir::common {

struct TlsServerOptions {
  std::string tls_cert;
  std::string tls_key;
  secret tls_key_pwd;
  std::vector<std::string> tls_allowed_cacerts;
  std::vector<std::string> tls_allowed_dns_names;
  std::vector<std::string> tls_cipher_suites;
  std::string tls_min_version;
  std::string tls_max_version;
  static constexpr auto tls_options = std::tuple{
      opt{"tls_cert", &TlsServerOptions::tls_cert, "\"\"", "Certificate file, PEM; empty = no TLS"},
      opt{"tls_key", &TlsServerOptions::tls_key, "\"\"", "Key file of the certificate, PEM"},
      opt{"tls_key_pwd", &TlsServerOptions::tls_key_pwd, nullptr, "Password of the key file"},
      opt{"tls_allowed_cacerts", &TlsServerOptions::tls_allowed_cacerts, "[]",
          "Files of authorities; clients must show a certificate of one of them"},
      opt{"tls_allowed_dns_names", &TlsServerOptions::tls_allowed_dns_names, "[]",
          "Names of which a client's certificate must have one; empty = any"}
          .advanced(),
      opt{"tls_cipher_suites", &TlsServerOptions::tls_cipher_suites, "[]",
          "Cipher suites by their standard names; empty = the library's"}
          .advanced(),
      opt{"tls_min_version", &TlsServerOptions::tls_min_version, "\"\"",
          "TLS10, TLS11, TLS12 or TLS13; empty = TLS12"}
          .advanced(),
      opt{"tls_max_version", &TlsServerOptions::tls_max_version, "\"\"",
          "TLS10, TLS11, TLS12 or TLS13; empty = the newest"}
          .advanced()};

  bool wanted() const {
    return !tls_cert.empty() || !tls_key.empty() || !tls_allowed_cacerts.empty();
  }
  // Reads no file.
  void check() const;
};

class TlsServer {
 public:
  TlsServer(const TlsServerOptions& options, const std::string& key_password);
  ~TlsServer();

  // The server's end of a connection that was accepted on a non-blocking socket.
  TlsStream accept(int descriptor) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace weir::common
