#pragma once

// The tls_* options of clients, and what they make of a connection.
//
// A plugin inherits TlsClientOptions and adds TlsClientOptions::tls_options to its own with
// std::tuple_cat.
//
// Threads    connect() from any thread.
// Errors     weir::config_error with the option: check() for what is wrong in itself, the constructor for
//            files that cannot be used.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weir/error.hpp>
#include <weir/options.hpp>

#include "plugins/common/tls/tls_stream.hpp"

struct ssl_ctx_st;

namespace weir::common {

struct TlsClientOptions {
  std::optional<bool> tls_enable;
  std::string tls_ca, tls_cert, tls_key;
  secret tls_key_pwd;
  std::string tls_server_name, tls_min_version;
  std::vector<std::string> tls_cipher_suites;
  std::string tls_renegotiation_method;
  bool insecure_skip_verify = false;

  using O = TlsClientOptions;
  static constexpr const char* renegotiations[] = {"", "never", "once", "freely"};
  static constexpr auto tls_options = std::tuple{
      opt{"tls_enable", &O::tls_enable, nullptr,
          "true or false: TLS whatever the other options say; not written = where one asks for it"}
          .advanced(),
      opt{"tls_ca", &O::tls_ca, "\"\"",
          "File of the authorities that are trusted; empty = the system's"},
      opt{"tls_cert", &O::tls_cert, "\"\"", "Client certificate file, PEM; with tls_key"},
      opt{"tls_key", &O::tls_key, "\"\"", "Key file of the certificate, PEM"},
      opt{"tls_key_pwd", &O::tls_key_pwd, nullptr, "Password of the key file"},
      opt{"tls_server_name", &O::tls_server_name, "\"\"",
          "Name that the server has to show, and is asked for; empty = the one it is called by"},
      opt{"tls_min_version", &O::tls_min_version, "\"\"",
          "TLS10, TLS11, TLS12 or TLS13; empty = TLS12"},
      opt{"tls_cipher_suites", &O::tls_cipher_suites, "[]",
          "Cipher suites by their standard names, or secure, insecure, all; empty = the library's"}
          .advanced(),
      opt{"tls_renegotiation_method", &O::tls_renegotiation_method, "\"\"",
          "How often a server may renegotiate: never, once, freely; empty = never"}
          .one_of(renegotiations)
          .advanced(),
      opt{"insecure_skip_verify", &O::insecure_skip_verify, "false",
          "Do not check the server's certificate"}};

  // Where the address does not say: whether the options ask for TLS.
  bool wanted() const;
  // Reads no file.
  void check() const;
  // An option that does nothing as it is, in words for the log; empty where there is none.
  std::string without_effect() const;
};

class TlsClient {
 public:
  TlsClient(const TlsClientOptions& options, const std::string& key_password);
  ~TlsClient();

  // The client's end of a connection that was made on a non-blocking socket. host: a name or address.
  TlsStream connect(int descriptor, const std::string& host) const;

  // For libraries that make the context: everything but the authorities and the name.
  static void apply(const TlsClientOptions& options, const std::string& key_password,
                    ssl_ctx_st* context);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace weir::common
