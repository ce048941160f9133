#pragma once

// The options that Telegraf's HTTP plugins have in common, and a client that keeps to them: with OAuth 2.0 or a
// cookie, where they ask for one.
//
// A plugin inherits SessionOptions and adds SessionOptions::session_options to its own with std::tuple_cat.
//
// Threads  One thread at a time; send() waits.
// Errors   weir::config_error from check() and the constructor; weir::retry from send(), where no answer, no
//          token or no cookie could be had.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weir/options.hpp>
#include <weir/sink.hpp>

#include "plugins/common/http_client/http_client.hpp"
#include "plugins/common/http_client/oauth2.hpp"

namespace weir::http {

struct SessionOptions : common::TlsClientOptions {
  duration timeout, idle_conn_timeout, response_timeout;
  std::int64_t max_idle_conn = 0, max_idle_conn_per_host = 0;
  std::string local_address, http_proxy_url;
  bool use_system_proxy = false;
  secret client_id, client_secret;
  std::string token_url, audience;
  std::vector<std::string> scopes;
  std::string cookie_auth_url, cookie_auth_method, cookie_auth_username;
  secret cookie_auth_password, cookie_auth_body;
  map<secret> cookie_auth_headers;
  duration cookie_auth_renewal;

  using S = SessionOptions;
  static constexpr auto own_session_options = std::tuple{
      opt{"timeout", &S::timeout, "\"5s\"", "How long a request may take; 0 = for ever"},
      opt{"idle_conn_timeout", &S::idle_conn_timeout, "\"0s\"",
          "A connection that was not used for longer is not used again; 0 = no limit"}
          .advanced(),
      opt{"max_idle_conn", &S::max_idle_conn, "0", "Connections kept for later; 0 = any number"}
          .in("0..65535")
          .advanced(),
      opt{"max_idle_conn_per_host", &S::max_idle_conn_per_host, "0",
          "The same for each server; there is one connection to each, so any number is kept to"}
          .in("0..65535")
          .advanced(),
      opt{"response_timeout", &S::response_timeout, "\"0s\"",
          "How long the answer may take to begin when the request is sent; 0 = no limit"}
          .advanced(),
      opt{"local_address", &S::local_address, "\"\"",
          "Address or interface to connect from; empty = the system's choice"}
          .advanced(),
      opt{"use_system_proxy", &S::use_system_proxy, "false",
          "Take the proxy from the environment: HTTP_PROXY, HTTPS_PROXY, NO_PROXY"},
      opt{"http_proxy_url", &S::http_proxy_url, "\"\"", "URL of the proxy; empty = none"},
      opt{"client_id", &S::client_id, nullptr,
          "OAuth 2.0 client; with client_secret and token_url"},
      opt{"client_secret", &S::client_secret, nullptr, "Its secret"},
      opt{"token_url", &S::token_url, "\"\"", "Where it gets its token"},
      opt{"audience", &S::audience, "\"\"", "Audience that the token is asked for"},
      opt{"scopes", &S::scopes, "[]", "Scopes that the token is asked for"},
      opt{"cookie_auth_url", &S::cookie_auth_url, "\"\"",
          "Where a cookie is had before the first request; empty = none is needed"},
      opt{"cookie_auth_method", &S::cookie_auth_method, "\"\"",
          "Method of the request for the cookie; empty = POST"},
      opt{"cookie_auth_username", &S::cookie_auth_username, "\"\"",
          "User of the request for the cookie, by basic authentication"},
      opt{"cookie_auth_password", &S::cookie_auth_password, nullptr, "The user's password"},
      opt{"cookie_auth_headers", &S::cookie_auth_headers, "{}",
          "Headers of the request for the cookie"},
      opt{"cookie_auth_body", &S::cookie_auth_body, nullptr, "Body of the request for the cookie"},
      opt{"cookie_auth_renewal", &S::cookie_auth_renewal, "\"0s\"",
          "How often a new cookie is had; 0 = never"}};
  static constexpr auto session_options =
      std::tuple_cat(own_session_options, common::TlsClientOptions::tls_options);

  void check() const;
};

// The options as a client needs them.
ClientSettings client_settings(const SessionOptions& options, const host& home);

class Session {
 public:
  Session(const SessionOptions& options, const host& home);
  // With settings that differ from client_settings().
  Session(const SessionOptions& options, ClientSettings settings, const host& home);

  Answer send(const ClientRequest& request);
  // All at the same time; answers in the order of the requests, which have no more_fields.
  std::vector<Answer> send_all(std::vector<ClientRequest> requests);
  // Without token and cookie.
  Client& client() { return client_; }

 private:
  void set_up_cookie(const SessionOptions& options, const host& home);
  void renew_cookie(std::int64_t now_ns);

  Client client_;
  std::unique_ptr<OAuth2> oauth2_;
  std::string cookie_url_, cookie_method_, cookie_body_;
  Fields cookie_fields_;
  std::int64_t cookie_renewal_ns_ = 0;
  std::int64_t cookie_until_ns_ = 0;  // 0 = there is none
};

}  // namespace weir::http
