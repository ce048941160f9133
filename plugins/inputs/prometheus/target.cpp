#include "plugins/inputs/prometheus/target.hpp"

#include "plugins/common/http/text.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::prometheus_input {
namespace {

constexpr std::string_view default_path = "/metrics";

Place local_place(std::string_view url, const http::Url& parts) {
  Place place;
  place.unix_socket = http::decode_path(parts.path).value_or(std::string(parts.path));
  const std::string path = http::query_value(parts.query, "path");
  place.url = "http://localhost" + (path.empty() ? std::string(default_path) : path);
  place.shown = url;
  return place;
}

// The same URL with the default path where it has none.
std::string with_path(std::string_view url, const http::Url& parts) {
  std::string whole(url);
  if (!parts.path.empty()) return whole;
  const std::size_t authority = url.find("://") + 3;
  const std::size_t end = url.find_first_of("?#", authority);
  return whole.insert(end == std::string_view::npos ? url.size() : end, default_path);
}

}  // namespace

std::optional<Place> place_of(std::string_view url) {
  const auto parts = http::parse_url(url);
  if (!parts) return std::nullopt;
  if (http::same_name(parts->scheme, "unix")) return local_place(url, *parts);
  const bool known =
      http::same_name(parts->scheme, "http") || http::same_name(parts->scheme, "https");
  if (!known || parts->host.empty()) return std::nullopt;
  Place place;
  place.url = place.shown = with_path(url, *parts);
  if (!parts->user_info.empty()) {
    place.shown.erase(parts->scheme.size() + 3, parts->user_info.size() + 1);
  }
  return place;
}

Target::Target(Wanted wanted, const exposition::Format& format, const host& home)
    : wanted_(std::move(wanted)), format_(format), home_(home) {
  charge_.attach(home);
}

http::ClientRequest Target::request(const http::Fields& fields, std::size_t bytes_max) {
  http::ClientRequest r;
  r.method = "GET";
  r.url = wanted_.place.url;
  r.unix_socket = wanted_.place.unix_socket;
  r.fields = &fields;
  r.into = &body_;
  r.into_bytes_max = bytes_max;
  return r;
}

template <typename Reader>
void Target::read_with(const exposition::Text& text, sink& out) {
  if (!std::holds_alternative<Reader>(reader_)) {
    auto& fresh = reader_.template emplace<Reader>(format_);
    fresh.attach(home_);
    fresh.collector().set_tags(wanted_.tags);
  }
  std::get<Reader>(reader_).read(text, out);
}

void Target::read(Content content, sink& out) {
  if (content != content_) reader_.emplace<std::monostate>();
  content_ = content;
  const bool openmetrics =
      content == Content::openmetrics_text || content == Content::openmetrics_protobuf;
  format_.dialect =
      openmetrics ? exposition::Dialect::openmetrics : exposition::Dialect::prometheus;
  exposition::Text text;
  text.bytes = body_;
  body_bytes_ = body_.size();
  text.now_ns = home_.now();
  if (content == Content::text) {
    read_with<exposition::TextReader>(text, out);
  } else if (content == Content::openmetrics_text) {
    read_with<exposition::OpenMetricsReader>(text, out);
  } else {
    read_with<exposition::ProtobufReader>(text, out);
  }
  if (!charge_.hold(body_.capacity())) body_ = std::string();
}

}  // namespace weir::prometheus_input
