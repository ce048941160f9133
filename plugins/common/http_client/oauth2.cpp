#include "plugins/common/http_client/oauth2.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <weir/error.hpp>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http/text.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::http {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
// A token that ends within this time might have ended when it arrives.
constexpr std::int64_t margin_ns = 10 * second_ns;

// A number, or a number in quotes, as some servers write it.
std::int64_t seconds_of(std::string_view value) {
  if (value.starts_with('"')) value.remove_prefix(1);
  std::int64_t seconds = 0;
  std::from_chars(value.data(), value.data() + value.size(), seconds);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / second_ns / 2;
  return std::clamp<std::int64_t>(seconds, 0, most);
}

}  // namespace

Token read_token(std::string_view json) {
  std::string token;
  std::string type = "Bearer";
  Token made;
  common::JsonItems items(common::first_value(common::skip_blanks(json)));
  for (std::string_view key, value; items.next(key, value);) {
    const std::string name = common::string_text(key);
    if (name == "access_token") token = common::string_text(value);
    if (name == "token_type" && value.size() > 2) type = common::string_text(value);
    if (name == "expires_in") made.lifetime_ns = seconds_of(value) * second_ns;
  }
  if (token.empty()) throw retry("the answer of the token_url holds no access_token");
  if (same_name(type, "bearer")) type = "Bearer";
  made.authorization = type + " " + token;
  return made;
}

const std::string& OAuth2::authorization(std::int64_t now_ns) {
  const bool ended = ends_at_ns_ != 0 && now_ns >= ends_at_ns_;
  if (!token_.authorization.empty() && !ended) return token_.authorization;
  Answer answer = ask(in_field_);
  // Servers differ in where they look; which one this is shows.
  if (!answer.good() && answer.status / 100 == 4) {
    Answer other = ask(!in_field_);
    if (other.good()) in_field_ = !in_field_;
    if (other.good()) answer = std::move(other);
  }
  if (!answer.good()) {
    throw retry("no token from " + settings_.token_url + ": " + answer.text(),
                answer.retry_after_ns);
  }
  token_ = read_token(answer.body);
  ends_at_ns_ = token_.lifetime_ns == 0
                    ? 0
                    : now_ns + std::max(token_.lifetime_ns - margin_ns, token_.lifetime_ns / 2);
  return token_.authorization;
}

Answer OAuth2::ask(bool in_field) {
  Pairs form{{"grant_type", "client_credentials"}};
  std::string scopes;
  for (const std::string& scope : settings_.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  if (!scopes.empty()) form.emplace_back("scope", scopes);
  if (!settings_.audience.empty()) form.emplace_back("audience", settings_.audience);
  Fields fields{{"Content-Type", "application/x-www-form-urlencoded"},
                {"Accept", "application/json"}};
  if (in_field) {
    fields.emplace_back("Authorization",
                        basic_authorization(encode_query(settings_.client_id),
                                            encode_query(settings_.client_secret)));
  } else {
    form.emplace_back("client_id", settings_.client_id);
    form.emplace_back("client_secret", settings_.client_secret);
  }
  const std::string body = encode_pairs(form);
  ClientRequest request;
  request.url = settings_.token_url;
  request.fields = &fields;
  request.body = body;
  return client_.send(request);
}

}  // namespace weir::http
