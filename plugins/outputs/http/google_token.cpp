#include "plugins/outputs/http/google_token.hpp"

#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <weir/error.hpp>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/http/base64.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::http_output {
namespace {

constexpr const char* option = "google_application_credentials";
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t lifetime_s = 3600;
constexpr std::int64_t margin_s = 60;

struct Free {
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
};

// A member of an object: a string's text, anything else as it is written.
std::string member(std::string_view json, std::string_view name) {
  common::JsonItems items(common::first_value(common::skip_blanks(json)));
  for (std::string_view key, value; items.next(key, value);) {
    if (common::string_text(key) != name) continue;
    return value.starts_with('"') ? common::string_text(value) : std::string(value);
  }
  return {};
}

std::unique_ptr<EVP_PKEY, Free> read_key(const std::string& pem) {
  const std::unique_ptr<BIO, Free> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return std::unique_ptr<EVP_PKEY, Free>(
      PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
}

// RS256; empty where the library fails.
std::string sign(const std::string& pem, std::string_view text) {
  const auto key = read_key(pem);
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t n = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &n, bytes, text.size()) != 1) {
    return {};
  }
  std::string signature(n, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &n, bytes,
                     text.size()) != 1) {
    return {};
  }
  signature.resize(n);
  return signature;
}

std::string quoted(const std::string& text) {
  std::string json;
  common::append_quoted(text, json);
  return json;
}

// When a token ends, by what it says itself; 0 where it does not.
std::int64_t end_of(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return 0;
  const std::string_view rest = token.substr(first + 1);
  const auto claims = http::from_base64(rest.substr(0, rest.find('.')));
  const std::string end = member(claims.value_or(""), "exp");
  std::int64_t seconds = 0;
  std::from_chars(end.data(), end.data() + end.size(), seconds);
  return seconds;
}

}  // namespace

GoogleToken::GoogleToken(const std::string& file, std::string audience, const host& home,
                         http::Client& client)
    : home_(home), client_(client), audience_(std::move(audience)) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw config_error(option, "cannot read " + file);
  const std::string json = text.str();
  if (member(json, "type") != "service_account") {
    throw config_error(option, file + " is not the key of a service account");
  }
  email_ = member(json, "client_email");
  key_id_ = member(json, "private_key_id");
  private_key_ = member(json, "private_key");
  token_url_ = member(json, "token_uri");
  if (token_url_.empty()) token_url_ = "https://oauth2.googleapis.com/token";
  if (email_.empty() || read_key(private_key_) == nullptr) {
    throw config_error(option, file + " has no client_email, or no private_key that can be read");
  }
}

std::string GoogleToken::assertion(std::int64_t now_s) const {
  const std::string head = R"({"alg":"RS256","typ":"JWT","kid":)" + quoted(key_id_) + "}";
  const std::string claims = R"({"iss":)" + quoted(email_) + R"(,"sub":)" + quoted(email_) +
                             R"(,"aud":)" + quoted(token_url_) + R"(,"target_audience":)" +
                             quoted(audience_) + R"(,"iat":)" + std::to_string(now_s) +
                             R"(,"exp":)" + std::to_string(now_s + lifetime_s) + "}";
  const std::string text = http::base64_url(head) + "." + http::base64_url(claims);
  return text + "." + http::base64_url(sign(private_key_, text));
}

const std::string& GoogleToken::authorization() {
  const std::int64_t now_s = home_.now() / second_ns;
  if (!authorization_.empty() && now_s + margin_s < ends_at_s_) return authorization_;
  const http::Fields fields{{"Content-Type", "application/x-www-form-urlencoded"}};
  const std::string body =
      http::encode_pairs({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                          {"assertion", assertion(now_s)}});
  http::ClientRequest request;
  request.url = token_url_;
  request.fields = &fields;
  request.body = body;
  const http::Answer answer = client_.send(request);
  const std::string token = answer.good() ? member(answer.body, "id_token") : "";
  if (token.empty()) {
    throw retry("no token from " + token_url_ + ": " + answer.text(), answer.retry_after_ns);
  }
  authorization_ = "Bearer " + token;
  ends_at_s_ = end_of(token);
  return authorization_;
}

}  // namespace weir::http_output
