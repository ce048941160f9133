#pragma once

// A TLS client on a socket that is connected, for tests. It waits for the server: let that run in
// another thread.
//
// Ownership  Closes the socket.
// Errors     The first call that fails says so by its result; the later ones are not made.

#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace weir::test {

class TlsClient {
 public:
  struct Options {
    std::string ca, certificate, key;
    int max_version = TLS1_3_VERSION;
  };

  TlsClient(int descriptor, const Options& options) : descriptor_(descriptor) {
    std::signal(SIGPIPE, SIG_IGN);  // As the agent does.
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_load_verify_file(context_.get(), options.ca.c_str());
    if (!options.certificate.empty()) {
      SSL_CTX_use_certificate_chain_file(context_.get(), options.certificate.c_str());
      SSL_CTX_use_PrivateKey_file(context_.get(), options.key.c_str(), SSL_FILETYPE_PEM);
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), descriptor_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() { ::close(descriptor_); }

  bool connect() { return SSL_connect(ssl_.get()) == 1; }
  bool write(std::string_view bytes) {
    std::size_t written = 0;
    return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1;
  }
  // What comes, up to a text and what came together with it, or to the end.
  std::string read_until(std::string_view end) {
    std::string all;
    char part[4096];
    std::size_t n = 0;
    while (all.find(end) == std::string::npos &&
           SSL_read_ex(ssl_.get(), static_cast<char*>(part), sizeof part, &n) == 1) {
      all.append(static_cast<const char*>(part), n);
    }
    return all;
  }
  void shutdown() { SSL_shutdown(ssl_.get()); }
  // With TLS 1.3 a server's refusal comes behind the client's handshake: true when it never comes and
  // the server closes properly.
  bool accepted() {
    char byte = 0;
    std::size_t n = 0;
    return SSL_read_ex(ssl_.get(), &byte, 1, &n) == 1 ||
           SSL_get_error(ssl_.get(), 0) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  struct Free {
    void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
    void operator()(SSL* p) const { SSL_free(p); }
  };
  int descriptor_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace weir::test
