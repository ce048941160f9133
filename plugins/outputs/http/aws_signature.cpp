#include "plugins/outputs/http/aws_signature.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "plugins/common/http/url.hpp"

namespace weir::http_output {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned n = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &n, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), n};
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned n = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &n);
  return {reinterpret_cast<const char*>(digest.data()), n};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

// As in a query, but a blank is %20.
std::string encode(std::string_view text) {
  std::string out = http::encode_query(text);
  for (std::size_t at = 0; (at = out.find('+', at)) != std::string::npos;) {
    out.replace(at, 1, "%20");
  }
  return out;
}

// The path as it is sent, encoded once more between its slashes.
std::string canonical_path(std::string_view path) {
  if (path.empty()) return "/";
  std::string out;
  for (const char c : path) {
    if (c == '/') {
      out += c;
    } else {
      out += encode({&c, 1});
    }
  }
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::string> pairs;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = http::decode_query(pair.substr(0, equals));
    const auto value = http::decode_query(pair.substr(std::min(equals + 1, pair.size())));
    pairs.push_back(encode(name.value_or("")) + "=" + encode(value.value_or("")));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const std::string& pair : pairs) out += (out.empty() ? "" : "&") + pair;
  return out;
}

// "20150830T123600Z"
std::string date_of(std::int64_t unix_s) {
  const std::time_t seconds = unix_s;
  std::tm t{};
  gmtime_r(&seconds, &t);
  std::array<char, 32> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &t);
  return {text.data(), n};
}

struct Canonical {
  std::string request, signed_names;
};

Canonical canonical(const http::ClientRequest& request, const http::Url& url,
                    const std::map<std::string, std::string>& fields) {
  Canonical c;
  c.request = std::string(request.method) + '\n' + canonical_path(url.path) + '\n' +
              canonical_query(url.query) + '\n';
  for (const auto& [name, value] : fields) {
    c.request += name + ':' + value + '\n';
    c.signed_names += (c.signed_names.empty() ? "" : ";") + name;
  }
  c.request += '\n' + c.signed_names + '\n' + sha256_hex(request.body);
  return c;
}

std::string host_of(const http::Url& url) {
  std::string host(url.host);
  if (host.find(':') != std::string::npos) host = '[' + host + ']';
  const bool usual = url.port.empty() || (lower(url.scheme) == "https" && url.port == "443") ||
                     (lower(url.scheme) == "http" && url.port == "80");
  return usual ? host : host + ':' + std::string(url.port);
}

}  // namespace

std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

http::Fields aws_fields(const http::ClientRequest& request, const http::Fields& signed_fields,
                        const AwsCredentials& credentials, const AwsScope& scope,
                        std::int64_t unix_s) {
  const std::string date = date_of(unix_s);
  const std::string day = date.substr(0, 8);
  http::Fields made{{"X-Amz-Date", date}};
  if (!credentials.token.empty()) made.emplace_back("X-Amz-Security-Token", credentials.token);
  const http::Url url = http::parse_url(request.url).value_or(http::Url{});
  std::map<std::string, std::string> fields{{"host", host_of(url)}};
  for (const auto* list : {&signed_fields, static_cast<const http::Fields*>(&made)}) {
    for (const auto& [name, value] : *list) fields[lower(name)] = value;
  }
  const Canonical c = canonical(request, url, fields);
  const std::string place = day + '/' + scope.region + '/' + scope.service + "/aws4_request";
  const std::string text =
      "AWS4-HMAC-SHA256\n" + date + '\n' + place + '\n' + sha256_hex(c.request);
  std::string key = hmac("AWS4" + credentials.secret_key, day);
  for (const std::string& part : {scope.region, scope.service, std::string("aws4_request")}) {
    key = hmac(key, part);
  }
  made.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + credentials.access_key + '/' +
                                         place + ", SignedHeaders=" + c.signed_names +
                                         ", Signature=" + hex(hmac(key, text)));
  return made;
}

}  // namespace weir::http_output
