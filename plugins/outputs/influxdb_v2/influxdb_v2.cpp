#include "plugins/outputs/influxdb_v2/influxdb_v2.hpp"

#include <algorithm>

#include "plugins/common/http/text.hpp"
#include "plugins/common/http/url.hpp"
#include "plugins/common/sockets/steady_clock.hpp"

namespace weir::influxdb_v2_output {
namespace {

// "/base/" and "api" are "/base/api".
std::string joined_path(std::string_view base, std::string_view more) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + '/' + std::string(more);
}

// Of a server that has to be asked again later; every other status of its kind is the client's mistake.
bool may_work_later(unsigned status) {
  return status < 400 || status >= 500 || status == 401 || status == 403 || status == 429;
}

}  // namespace

void InfluxdbV2::init() {
  TlsClientOptions::check();
  if (data_format != "influx") {
    throw config_error("data_format", "has no effect here: InfluxDB takes line protocol only");
  }
  if (content_encoding != "gzip" && content_encoding != "identity" && !content_encoding.empty()) {
    throw config_error("content_encoding",
                       "\"" + content_encoding + "\" is unknown; use gzip or identity");
  }
  if (rate_limit.bytes > 0 && rate_limit_period.ns <= 0) {
    throw config_error("rate_limit_period", "has to be longer than 0 when there is a rate_limit");
  }
  limit_ = RateLimit(rate_limit.bytes, rate_limit_period.ns);
  if (urls.empty()) urls.emplace_back("http://localhost:8086");
  for (const std::string& url : urls) servers_.push_back(read_url(url));
  for (std::uint32_t i = 0; i < concurrent_writes; ++i) {
    compressors_.push_back(std::make_unique<common::Compressor>(
        content_encoding == "identity" ? common::Encoding::identity : common::Encoding::gzip));
  }
}

InfluxdbV2::Server InfluxdbV2::read_url(const std::string& text) const {
  const auto url = http::parse_url(text);
  Server server;
  server.url = text;
  std::string place;
  std::string_view path;
  std::string query;
  if (url && url->scheme == "unix") {
    server.unix_socket = url->path;
    place = "http://127.0.0.1";
  } else if (url && (url->scheme == "http" || url->scheme == "https")) {
    const auto authority = static_cast<std::size_t>(url->path.data() - text.data());
    place = url->path.empty() ? text.substr(0, text.find_first_of("?#", url->scheme.size() + 3))
                              : text.substr(0, authority);
    path = url->path;
    if (!url->query.empty()) query = std::string(url->query) + '&';
  } else {
    throw config_error("urls",
                       "\"" + text + "\" is no URL; it begins with http://, https:// or unix://");
  }
  server.base = place + joined_path(path, "api/v2/write?") + query + "bucket=";
  return server;
}

void InfluxdbV2::start() {
  collect_fields();
  const std::string warning = without_effect();
  if (!warning.empty()) self.warn(warning);
  for (Server& server : servers_) {
    server.client = std::make_unique<http::Client>(client_settings(server));
  }
}

http::ClientSettings InfluxdbV2::client_settings(const Server& server) const {
  http::ClientSettings s;
  s.timeout_ns = timeout.ns;
  s.idle_timeout_ns = read_idle_timeout.ns;
  s.local_address = local_address;
  s.proxy = http_proxy;
  s.system_proxy = http_proxy.empty();
  s.unix_socket = server.unix_socket;
  s.http2 = ping_timeout.ns > 0 || read_idle_timeout.ns > 0;
  if (!tls_enable.value_or(true)) return s;
  s.tls = static_cast<const common::TlsClientOptions&>(*this);
  if (tls_key_pwd.set) s.tls_key_password = self.reveal(tls_key_pwd.handle);
  return s;
}

void InfluxdbV2::collect_fields() {
  fields_.clear();
  const auto set = [this](const std::string& name, const std::string& value) {
    std::erase_if(fields_, [&](const auto& f) { return http::same_name(f.first, name); });
    fields_.emplace_back(name, value);
  };
  set("User-Agent", user_agent.empty() ? "Weir" : user_agent);
  set("Content-Type", "text/plain; charset=utf-8");
  if (content_encoding != "identity") set("Content-Encoding", "gzip");
  const std::string shown = token.set ? self.reveal(token.handle) : "";
  if (!shown.empty()) set("Authorization", "Token " + shown);
  for (const auto& [name, value] : http_headers) {
    set(name, value.set ? self.reveal(value.handle) : "");
  }
}

void InfluxdbV2::stop() {
  for (Server& server : servers_) server.client.reset();
}

weir_status InfluxdbV2::write(const delivery& rows) {
  const weir_delivery& d = rows.raw();
  if (!progress_.is(d)) progress_ = {d.batch_id, d.row0, d.n_rows, d.row0, {}};
  while (progress_.next < rows.end_row()) {
    const Range range = next_range(rows);
    std::vector<Part> parts =
        make_parts(rows, range, {bucket_tag, bucket, exclude_bucket_tag}, concurrent_writes);
    send(parts);
    for (const Part& part : parts) {
      if (part.fate != Part::Fate::refused) continue;
      progress_.rejected.insert(progress_.rejected.end(), part.rows.begin(), part.rows.end());
    }
    progress_.next = range.end;
  }
  return answer(rows);
}

// As many rows as the rate limit lets through; at least one in each period.
Range InfluxdbV2::next_range(const delivery& rows) {
  Range range{progress_.next, rows.end_row()};
  if (!limit_.limited()) return range;
  const std::int64_t now = common::steady_ns();
  const auto room = static_cast<std::size_t>(limit_.room(now));
  std::size_t bytes = 0;
  std::uint32_t end = range.begin;
  for (; end < range.end; ++end) {
    const std::size_t more = rows.selected(end) ? rows.bytes_of(end).size() : 0;
    const bool first = bytes == 0 && limit_.untouched();
    if (bytes + more > room && !first) break;
    bytes += more;
  }
  if (end == range.begin) {
    throw retry("rate_limit is reached: " + std::to_string(rate_limit.bytes) + " bytes were sent",
                limit_.wait_ns(now));
  }
  limit_.use(bytes);
  range.end = end;
  return range;
}

// To one server after the other, until each part has its end. As they are tried in turn, the load is theirs in turn.
void InfluxdbV2::send(std::vector<Part>& parts) {
  const auto open = [](const Part& part) { return part.fate == Part::Fate::open; };
  const std::size_t first = first_server_++;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (std::none_of(parts.begin(), parts.end(), open)) return;
    if (i != 0) self.warn(failure_ + "; the next server is tried");
    send_to(servers_[(first + i) % servers_.size()], parts);
  }
  if (std::any_of(parts.begin(), parts.end(), open)) throw retry(failure_, retry_after_ns_);
}

void InfluxdbV2::send_to(const Server& server, std::vector<Part>& parts) {
  retry_after_ns_ = 0;
  std::vector<Part*> some;
  for (Part& part : parts) {
    if (part.fate == Part::Fate::open) some.push_back(&part);
    if (some.size() < concurrent_writes && &part != &parts.back()) continue;
    if (!some.empty()) send_some(server, some);
    some.clear();
  }
}

void InfluxdbV2::send_some(const Server& server, const std::vector<Part*>& some) {
  std::vector<std::string> targets;
  targets.reserve(some.size());
  std::vector<http::ClientRequest> requests(some.size());
  for (std::size_t i = 0; i < some.size(); ++i) {
    targets.push_back(server.base + http::encode_query(some[i]->bucket) +
                      "&org=" + http::encode_query(organization));
    requests[i].url = targets.back();
    requests[i].fields = &fields_;
    requests[i].body = compressors_[i]->compress(some[i]->text);
  }
  const std::vector<http::Answer> answers = server.client->send_all(requests);
  for (std::size_t i = 0; i < some.size(); ++i) judge(server, *some[i], answers[i]);
}

// As in Telegraf: what is the client's mistake would be one for ever.
void InfluxdbV2::judge(const Server& server, Part& part, const http::Answer& answer) {
  if (answer.good()) {
    part.fate = Part::Fate::written;
    return;
  }
  std::string what = "bucket \"" + std::string(part.bucket) + "\" at " + server.url + ": " +
                     (answer.status == 0 ? answer.failure : answer.text());
  if (answer.status == 413) {
    throw split(what + " to " + std::to_string(part.text.size()) + " bytes");
  }
  if (answer.status != 0 && !may_work_later(answer.status)) {
    part.fate = Part::Fate::refused;
    self.error(std::to_string(part.rows.size()) + " metrics were refused and are lost, " + what);
    return;
  }
  failure_ = std::move(what);
  retry_after_ns_ = std::max(retry_after_ns_, answer.retry_after_ns);
}

weir_status InfluxdbV2::answer(const delivery& rows) {
  const Progress done = std::exchange(progress_, {});
  if (done.rejected.empty()) return WEIR_OK;
  weir_result result{};
  result.size = sizeof result;
  result.rejected = done.rejected.data();
  result.n_rejected = static_cast<std::uint32_t>(done.rejected.size());
  self.complete(rows.id(), result);
  return WEIR_ASYNC;
}

}  // namespace weir::influxdb_v2_output

WEIR_MODULE("influxdb_v2", "1.0.0", weir::influxdb_v2_output::InfluxdbV2)
