#pragma once

// Bearer tokens by OAuth 2.0's client credentials (RFC 6749, section 4.4).
//
// A token is asked for when it is needed first, and again shortly before it ends or after forget().
//
// Threads  One thread at a time; authorization() may wait for the token's server.
// Errors   weir::retry where no token could be had, with what the server said.

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/common/http_client/http_client.hpp"

namespace weir::http {

struct OAuth2Settings {
  std::string client_id, client_secret, token_url, audience;
  std::vector<std::string> scopes;
};

// What a token's server answered (RFC 6749, section 5.1).
struct Token {
  std::string authorization;     // the field's value
  std::int64_t lifetime_ns = 0;  // 0 = not said
};
// Throws weir::retry where it holds no token.
Token read_token(std::string_view json);

class OAuth2 {
 public:
  OAuth2(OAuth2Settings settings, Client& client)
      : settings_(std::move(settings)), client_(client) {}

  // now_ns: of the steady clock.
  const std::string& authorization(std::int64_t now_ns);
  void forget() { token_ = {}; }

 private:
  Answer ask(bool in_field);

  OAuth2Settings settings_;
  Client& client_;
  Token token_;
  std::int64_t ends_at_ns_ = 0;
  bool in_field_ = true;  // where the server wants to see the client's secret
};

}  // namespace weir::http
