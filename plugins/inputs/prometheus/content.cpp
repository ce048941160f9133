#include "plugins/inputs/prometheus/content.hpp"

#include "plugins/common/http/text.hpp"

namespace weir::prometheus_input {
namespace {

// Takes what stands before the mark, and the mark.
std::string_view take_until(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return http::trimmed(taken);
}

std::string_view without_quotes(std::string_view s) {
  const bool quoted = s.size() >= 2 && s.front() == '"' && s.back() == '"';
  return quoted ? s.substr(1, s.size() - 2) : s;
}

// The value of a parameter behind the type; empty where there is none.
std::string_view parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    std::string_view value = take_until(parameters, ';');
    if (http::same_name(take_until(value, '='), name)) return without_quotes(value);
  }
  return {};
}

bool is_or_empty(std::string_view value, std::string_view wanted) {
  return value.empty() || value == wanted;
}

}  // namespace

std::optional<Content> content_of(std::string_view content_type) {
  std::string_view parameters = content_type;
  const std::string_view type = take_until(parameters, ';');
  if (http::same_name(type, "application/openmetrics-text")) return Content::openmetrics_text;
  if (http::same_name(type, "application/openmetrics-protobuf")) {
    return Content::openmetrics_protobuf;
  }
  if (!http::same_name(type, "application/vnd.google.protobuf")) return Content::text;
  const bool known =
      is_or_empty(parameter(parameters, "encoding"), "delimited") &&
      is_or_empty(parameter(parameters, "proto"), "io.prometheus.client.MetricFamily");
  return known ? std::optional(Content::protobuf) : std::nullopt;
}

std::optional<Content> content_named(std::string_view option) {
  if (option == "text") return Content::text;
  if (option == "protobuf-delimiter") return Content::protobuf;
  if (option == "openmetrics-text") return Content::openmetrics_text;
  if (option == "openmetrics-protobuf") return Content::openmetrics_protobuf;
  return std::nullopt;
}

}  // namespace weir::prometheus_input
