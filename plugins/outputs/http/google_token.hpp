#pragma once

// Identity tokens for Google's services, by the key of a service account
// (https://developers.google.com/identity/protocols/oauth2/service-account).
//
// A token is had when it is needed first, and again shortly before it ends.
//
// Threads  One thread at a time; authorization() may wait for Google's server.
// Errors   weir::config_error for a file that is not the key of a service account; weir::retry where no
//          token could be had.

#include <cstdint>
#include <string>

#include <weir/sink.hpp>

#include "plugins/common/http_client/http_client.hpp"

namespace weir::http_output {

class GoogleToken {
 public:
  // file: the option google_application_credentials. audience: whom the token is for.
  GoogleToken(const std::string& file, std::string audience, const host& home,
              http::Client& client);

  const std::string& authorization();

 private:
  std::string assertion(std::int64_t now_s) const;

  host home_;
  http::Client& client_;
  std::string audience_, email_, key_id_, private_key_, token_url_;
  std::string authorization_;
  std::int64_t ends_at_s_ = 0;
};

}  // namespace weir::http_output
