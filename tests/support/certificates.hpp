#pragma once

// Certificates for TLS tests, made when they run: an authority, a server's, and clients' of it and of a
// stranger. Needs the command openssl.
//
// Errors  A command that fails throws std::runtime_error, which fails the test.

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace weir::test {

class Certificates {
 public:
  Certificates() {
    make_authority("ca");
    make_signed("server", "ca", "DNS:localhost,IP:127.0.0.1");
    make_signed("client", "ca", "DNS:client.example.org");
    make_authority("stranger-ca");
    make_signed("stranger", "stranger-ca", "DNS:client.example.org");
  }

  // "ca", "server", "client", "stranger-ca", "stranger".
  [[nodiscard]] std::string certificate(const std::string& name) const {
    return dir_.file(name + ".pem");
  }
  [[nodiscard]] std::string key(const std::string& name) const { return dir_.file(name + ".key"); }
  // The server's key, encrypted.
  [[nodiscard]] std::string locked_key(const std::string& password) const {
    run("pkcs8 -topk8 -in " + key("server") + " -out " + key("locked") +
        " -passout pass:" + password);
    return key("locked");
  }

 private:
  static constexpr const char* new_key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

  static void run(const std::string& arguments) {
    const std::string command = "openssl " + arguments + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  void make_authority(const std::string& name) const {
    run("req -x509 -days 2" + std::string(new_key) + " -subj /CN=" + name + " -keyout " +
        key(name) + " -out " + certificate(name));
  }
  void make_signed(const std::string& name, const std::string& authority,
                   const std::string& alternatives) const {
    const std::string request = dir_.file(name + ".csr");
    const std::string extensions =
        dir_.write(name + ".ext", "subjectAltName=" + alternatives + "\n");
    run("req" + std::string(new_key) + " -subj /CN=" + name + " -keyout " + key(name) + " -out " +
        request);
    run("x509 -req -days 2 -in " + request + " -CA " + certificate(authority) + " -CAkey " +
        key(authority) + " -CAcreateserial -extfile " + extensions + " -out " + certificate(name));
  }

  const TempDir dir_;
};

}  // namespace weir::test
