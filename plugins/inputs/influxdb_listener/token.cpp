#include "plugins/inputs/influxdb_listener/token.hpp"

#include <array>
#include <charconv>
#include <optional>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "plugins/common/gjson/gjson.hpp"
#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/http/base64.hpp"
#include "plugins/common/http/credentials.hpp"

namespace weir::influxdb_listener {
namespace {

const EVP_MD* digest_of(std::string_view algorithm) {
  if (algorithm == "HS256") return EVP_sha256();
  if (algorithm == "HS384") return EVP_sha384();
  return algorithm == "HS512" ? EVP_sha512() : nullptr;
}

std::string signature_of(std::string_view text, const std::string& secret, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int n = 0;
  HMAC(digest, secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &n);
  return {reinterpret_cast<const char*>(out.data()), n};
}

std::string text_at(std::string_view json, std::string_view path) {
  const auto value = common::gjson_get(json, path);
  return value && value->starts_with('"') ? common::string_text(*value) : std::string();
}

std::optional<double> number_at(std::string_view json, std::string_view path) {
  const auto text = common::gjson_get(json, path);
  if (!text) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

const char* refuse_claims(std::string_view claims, std::string_view username, std::int64_t now_s) {
  const auto now = static_cast<double>(now_s);
  const auto end = number_at(claims, "exp");
  if (!end || *end <= 0) return "the token has no end";
  if (*end <= now) return "the token has expired";
  if (number_at(claims, "nbf").value_or(0) > now) return "the token is not valid yet";
  return text_at(claims, "username") == username ? nullptr : "the token is not this user's";
}

}  // namespace

const char* refuse_token(std::string_view token, const std::string& secret,
                         std::string_view username, std::int64_t now_s) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  if (first == std::string_view::npos || first == second) return "this is no token";
  const auto head = http::from_base64(token.substr(0, first));
  const auto claims = http::from_base64(token.substr(first + 1, second - first - 1));
  const auto signature = http::from_base64(token.substr(second + 1));
  if (!head || !claims || !signature) return "this is no token";
  const EVP_MD* const digest = digest_of(text_at(*head, "alg"));
  if (digest == nullptr) return "the token is not signed by HS256, HS384 or HS512";
  if (!http::same_secret(*signature, signature_of(token.substr(0, second), secret, digest))) {
    return "the token's signature is wrong";
  }
  return refuse_claims(*claims, username, now_s);
}

}  // namespace weir::influxdb_listener
