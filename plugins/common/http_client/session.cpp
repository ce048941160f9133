#include "plugins/common/http_client/session.hpp"

#include <limits>
#include <optional>

#include <weir/error.hpp>

#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http/url.hpp"
#include "plugins/common/sockets/steady_clock.hpp"

namespace weir::http {
namespace {

std::string text_of(const secret& s, const host& home) {
  return s.set ? home.reveal(s.handle) : std::string();
}

void check_url(const char* option, const std::string& text) {
  if (!text.empty() && !parse_url(text)) {
    throw config_error(option, "\"" + text + "\" is no URL; it begins with http:// or https://");
  }
}

}  // namespace

void SessionOptions::check() const {
  TlsClientOptions::check();
  check_url("token_url", token_url);
  check_url("cookie_auth_url", cookie_auth_url);
  const bool both = use_system_proxy && !http_proxy_url.empty();
  if (both) throw config_error("http_proxy_url", "is set beside use_system_proxy; only one can be");
}

ClientSettings client_settings(const SessionOptions& o, const host& home) {
  ClientSettings s;
  s.timeout_ns = o.timeout.ns;
  s.response_timeout_ns = o.response_timeout.ns;
  s.idle_timeout_ns = o.idle_conn_timeout.ns;
  s.connections_max = static_cast<std::uint32_t>(o.max_idle_conn);
  s.local_address = o.local_address;
  s.proxy = o.http_proxy_url;
  s.system_proxy = o.use_system_proxy;
  if (!o.tls_enable.value_or(true)) return s;
  s.tls = static_cast<const common::TlsClientOptions&>(o);
  s.tls_key_password = text_of(o.tls_key_pwd, home);
  return s;
}

Session::Session(const SessionOptions& options, const host& home)
    : Session(options, client_settings(options, home), home) {}

Session::Session(const SessionOptions& options, ClientSettings settings, const host& home)
    : client_(std::move(settings)) {
  const std::string warning = options.without_effect();
  if (!warning.empty()) home.warn(warning);
  // As in Telegraf, which needs all three, and takes less for none.
  if (options.client_id.set && options.client_secret.set && !options.token_url.empty()) {
    oauth2_ = std::make_unique<OAuth2>(
        OAuth2Settings{text_of(options.client_id, home), text_of(options.client_secret, home),
                       options.token_url, options.audience, options.scopes},
        client_);
  } else if (!options.token_url.empty()) {
    home.warn("token_url has no effect without client_id and client_secret");
  }
  if (!options.cookie_auth_url.empty()) set_up_cookie(options, home);
}

void Session::set_up_cookie(const SessionOptions& options, const host& home) {
  cookie_url_ = options.cookie_auth_url;
  cookie_method_ = options.cookie_auth_method.empty() ? "POST" : options.cookie_auth_method;
  cookie_body_ = text_of(options.cookie_auth_body, home);
  cookie_renewal_ns_ = options.cookie_auth_renewal.ns;
  for (const auto& [name, value] : options.cookie_auth_headers) {
    cookie_fields_.emplace_back(name, text_of(value, home));
  }
  if (options.cookie_auth_username.empty()) return;
  cookie_fields_.emplace_back("Authorization",
                              basic_authorization(options.cookie_auth_username,
                                                  text_of(options.cookie_auth_password, home)));
}

void Session::renew_cookie(std::int64_t now_ns) {
  if (cookie_url_.empty() || now_ns < cookie_until_ns_) return;
  ClientRequest request;
  request.method = cookie_method_;
  request.url = cookie_url_;
  request.fields = &cookie_fields_;
  request.body = cookie_body_;
  const Answer answer = client_.send(request);
  if (answer.status != 200) {
    throw retry("no cookie from " + cookie_url_ + ": " + answer.text(), answer.retry_after_ns);
  }
  cookie_until_ns_ = cookie_renewal_ns_ > 0 ? now_ns + cookie_renewal_ns_
                                            : std::numeric_limits<std::int64_t>::max();
}

Answer Session::send(const ClientRequest& request) {
  const std::int64_t now = common::steady_ns();
  renew_cookie(now);
  if (!oauth2_) return client_.send(request);
  Fields fields;
  if (request.more_fields != nullptr) fields = *request.more_fields;
  fields.emplace_back("Authorization", oauth2_->authorization(now));
  ClientRequest with = request;
  with.more_fields = &fields;
  Answer answer = client_.send(with);
  if (answer.status == 401) oauth2_->forget();
  return answer;
}

std::vector<Answer> Session::send_all(std::vector<ClientRequest> requests) {
  const std::int64_t now = common::steady_ns();
  renew_cookie(now);
  if (!oauth2_) return client_.send_all(requests);
  const Fields fields{{"Authorization", oauth2_->authorization(now)}};
  for (ClientRequest& request : requests) request.more_fields = &fields;
  std::vector<Answer> answers = client_.send_all(requests);
  for (const Answer& answer : answers) {
    if (answer.status == 401) oauth2_->forget();
  }
  return answers;
}

}  // namespace weir::http
