#include "plugins/inputs/prometheus/prometheus.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http/text.hpp"
#include "plugins/inputs/prometheus/discovery.hpp"

namespace weir::prometheus_input {
namespace {

// Text before the others: nothing is lost by it, and it costs both sides less.
constexpr const char* accept =
    "text/plain;version=0.0.4;q=0.7,application/vnd.google.protobuf;"
    "proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.3";

void set_tag(Tags& tags, const std::string& key, const std::string& value) {
  const auto known =
      std::find_if(tags.begin(), tags.end(), [&](auto& t) { return t.first == key; });
  if (known != tags.end()) {
    known->second = value;
  } else {
    tags.emplace_back(key, value);
  }
}

void set_field(http::Fields& fields, const std::string& name, const std::string& value) {
  std::erase_if(fields, [&](const auto& f) { return http::same_name(f.first, name); });
  fields.emplace_back(name, value);
}

std::string token_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw retry("bearer_token: cannot read " + path);
  return std::string(http::trimmed(text));
}

}  // namespace

// ---- life ----

void Prometheus::init() {
  SessionOptions::check();
  check_urls("urls", urls);
  check_urls("kubernetes_services", kubernetes_services);
  if (monitor_pods) {
    throw config_error("monitor_kubernetes_pods",
                       "finding pods in Kubernetes is not supported; list their URLs in urls, or "
                       "let http_service_discovery tell them");
  }
  if (consul.enabled && !consul.query.empty()) {
    throw config_error("consul.enabled",
                       "finding services in Consul is not supported; list their URLs in urls, or "
                       "let http_service_discovery tell them");
  }
  if (http_service_discovery.enabled && !place_of(http_service_discovery.url)) {
    throw config_error("http_service_discovery.url", "\"" + http_service_discovery.url +
                                                         "\" is no URL; it begins with http:// or "
                                                         "https://");
  }
  override_ = content_named(content_type_override);
  if (!override_ && !content_type_override.empty()) {
    throw config_error("content_type_override",
                       "\"" + content_type_override +
                           "\" cannot be read; use text, protobuf-delimiter, openmetrics-text or "
                           "openmetrics-protobuf");
  }
}

void Prometheus::check_urls(const char* option, const std::vector<std::string>& list) const {
  for (const std::string& url : list) {
    if (place_of(url)) continue;
    throw config_error(option, "\"" + url +
                                   "\" is no URL of an endpoint; it begins with http://, https:// "
                                   "or unix://");
  }
}

exposition::Format Prometheus::format() const {
  return {exposition::Dialect::prometheus, metric_version != 2, ignore_timestamp};
}

std::size_t Prometheus::bytes_max() const {
  const std::int64_t limit = content_length_limit.bytes;
  return limit > 0 ? static_cast<std::size_t>(limit) : body_bytes_max;
}

void Prometheus::start() {
  if (session_) return;
  http::ClientSettings settings = http::client_settings(*this, self);
  settings.takes_gzip = true;
  session_ = std::make_unique<http::Session>(*this, std::move(settings), self);
}

void Prometheus::stop() {
  session_.reset();
  targets_.clear();
  chosen_ = false;
}

// ---- endpoints ----

void Prometheus::choose_targets() {
  if (http_service_discovery.enabled) discover();
  if (chosen_ && kubernetes_services.empty() && !http_service_discovery.enabled) return;
  set_targets(wanted());
  chosen_ = true;
}

// Where the service does not answer, what it said before stays.
void Prometheus::discover() {
  const std::int64_t now = self.now();
  const bool turned_back = asked_ns_ && now < *asked_ns_;
  if (asked_ns_ && !turned_back && now - *asked_ns_ < http_service_discovery.query_interval.ns) {
    return;
  }
  asked_ns_ = now;
  try {
    discovered_ = ask_discovery();
  } catch (const retry& why) {
    self.error("http_service_discovery: " + http_service_discovery.url + ": " + why.what() +
               "; the endpoints that were known before stay");
  }
}

std::vector<Wanted> Prometheus::ask_discovery() {
  std::string body;
  http::ClientRequest request;
  request.method = "GET";
  request.url = http_service_discovery.url;
  request.into = &body;
  request.into_bytes_max = discovery_bytes_max;
  const http::Answer answer = session_->client().send(request);
  if (answer.status != 200) throw retry("it answered " + answer.text());
  std::vector<std::string> bad;
  std::vector<Wanted> found = read_discovered(body, bad);
  if (found.empty()) self.warn("http_service_discovery: no endpoint is listed");
  for (const std::string& url : bad) {
    self.warn("http_service_discovery: \"" + url + "\" is no URL of an endpoint; it is left out");
  }
  return found;
}

// Each URL once.
std::vector<Wanted> Prometheus::wanted() const {
  std::map<std::string, Wanted> all;
  const auto add = [&](const Wanted& w) { all[w.place.unix_socket + " " + w.place.url] = w; };
  for (const std::string& url : urls) add({place_of(url).value_or(Place()), {}});
  for (const Wanted& found : discovered_) add(found);
  for (const std::string& url : kubernetes_services) {
    const std::vector<Wanted> found = resolve(url);
    if (found.empty()) self.error("kubernetes_services: the host of " + url + " has no address");
    for (const Wanted& one : found) add(one);
  }
  std::vector<Wanted> list;
  for (auto& [key, w] : all) {
    Tags tags;
    if (!url_tag.empty()) set_tag(tags, url_tag, w.place.shown);
    for (const auto& [name, value] : w.tags) set_tag(tags, name, value);
    list.push_back({w.place, std::move(tags)});
  }
  return list;
}

// Those that stay keep what they know.
void Prometheus::set_targets(std::vector<Wanted> all) {
  std::vector<std::unique_ptr<Target>> before = std::move(targets_);
  targets_.clear();
  for (Wanted& w : all) {
    const auto same = [&](const auto& t) { return t != nullptr && t->wanted() == w; };
    const auto known = std::find_if(before.begin(), before.end(), same);
    targets_.push_back(known != before.end()
                           ? std::move(*known)
                           : std::make_unique<Target>(std::move(w), format(), self));
  }
}

// ---- scrapes ----

std::string Prometheus::authorization() const {
  if (!bearer_token.empty()) return "Bearer " + token_in(bearer_token);
  if (bearer_token_string.set) return "Bearer " + self.reveal(bearer_token_string.handle);
  if (!username.set && !password.set) return {};
  return http::basic_authorization(username.set ? self.reveal(username.handle) : "",
                                   password.set ? self.reveal(password.handle) : "");
}

http::Fields Prometheus::request_fields() const {
  http::Fields fields{{"User-Agent", "Weir"}, {"Accept", accept}};
  const std::string shown = authorization();
  if (!shown.empty()) fields.emplace_back("Authorization", shown);
  for (const auto& [name, value] : http_headers) set_field(fields, name, value);
  return fields;
}

void Prometheus::gather(sink& out) {
  choose_targets();
  const http::Fields fields = request_fields();
  std::span<const std::unique_ptr<Target>> left(targets_);
  while (!left.empty()) {
    const std::size_t n = std::min(left.size(), parallel_max);
    scrape(left.first(n), fields, out);
    left = left.subspan(n);
  }
}

void Prometheus::scrape(std::span<const std::unique_ptr<Target>> targets,
                        const http::Fields& fields, sink& out) {
  std::vector<http::ClientRequest> requests;
  for (const auto& target : targets) requests.push_back(target->request(fields, bytes_max()));
  const std::vector<http::Answer> answers = session_->send_all(std::move(requests));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    take(*targets[i], answers[i], out);
    if (enable_request_metrics) put_request(*targets[i], answers[i], out);
  }
}

void Prometheus::take(Target& target, const http::Answer& answer, sink& out) {
  if (answer.status == 0) return fail(target, answer.failure);
  if (answer.status != 200) {
    return fail(target, "the answer is status " + std::to_string(answer.status));
  }
  const std::string_view type = answer.field("Content-Type");
  const std::optional<Content> content = override_ ? override_ : content_of(type);
  if (!content) return fail(target, "the answer is " + std::string(type) + ", which is not read");
  target.read(*content, out);
}

void Prometheus::fail(const Target& target, const std::string& why) const {
  self.count(0);
  self.error(target.shown() + ": " + why);
}

void Prometheus::put_request(const Target& target, const http::Answer& answer, sink& out) const {
  if (answer.status == 0 && !answer.too_large) return;
  builder& row = out.metric("prometheus_request");
  for (const auto& [key, value] : target.wanted().tags) row.tag(key, value);
  constexpr double second_ns = 1e9;
  row.field("response_time", static_cast<double>(answer.begun_after_ns) / second_ns);
  if (answer.status != 200) return;
  row.field("content_length", static_cast<std::int64_t>(target.body_bytes()));
}

}  // namespace weir::prometheus_input

WEIR_MODULE("prometheus", "1.0.0", weir::prometheus_input::Prometheus)
