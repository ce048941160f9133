#pragma once

// What servers and clients set on an OpenSSL context alike.
//
// Threads    One thread at a time per context.
// Errors     weir::config_error with the option.

#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace weir::common::detail {

// The library's number of a version's name; unset for the empty one.
int tls_version(const std::string& option, const std::string& name, int unset);

// Suites by the function that takes them: those of TLS 1.3 are set apart.
struct Suites {
  std::string older, newest;
};
// By their standard names.
Suites suites_of(const std::vector<std::string>& names);

// Throws the option with what it was about and why the library did not like it.
[[noreturn]] void refuse(const std::string& option, const std::string& what);

void set_versions(SSL_CTX* context, int least, int most);
void set_suites(SSL_CTX* context, const Suites& suites);
// password: of the key file, may be empty.
void load_key(SSL_CTX* context, const std::string& certificate, const std::string& key,
              std::string password);

}  // namespace weir::common::detail
