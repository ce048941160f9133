#include "plugins/common/http_client/transfer.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include <weir/error.hpp>

#include "plugins/common/http/text.hpp"
#include "plugins/common/http/url.hpp"
#include "plugins/common/sockets/steady_clock.hpp"

namespace weir::http {
namespace {

constexpr std::int64_t millisecond_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * millisecond_ns;
constexpr long forever_s = 365L * 24 * 3600;
// Large answers are received in pieces of this size instead of libcurl's 16 KiB.
constexpr long large_piece_bytes = 128L << 10;
constexpr long piece_bytes = 16L << 10;

// Durations of libcurl are whole, and 0 means something else.
long rounded_up(std::int64_t ns, std::int64_t unit_ns) { return (ns + unit_ns - 1) / unit_ns; }

}  // namespace

std::string_view Answer::field(std::string_view name) const {
  for (const auto& [n, value] : fields) {
    if (same_name(n, name)) return value;
  }
  return {};
}

std::string Answer::text() const {
  if (status == 0) return failure;
  const std::string_view line = trimmed(std::string_view(body).substr(0, body.find('\n')));
  constexpr std::size_t most = 256;
  std::string all = "status " + std::to_string(status);
  if (!line.empty()) all.append(": ").append(line.substr(0, most));
  return all;
}

Transfer::Transfer(const ClientSettings& settings, CURLSH* share)
    : settings_(settings), handle_(curl_easy_init()) {
  if (handle_ == nullptr) throw std::bad_alloc();
  set(CURLOPT_SHARE, share, "cookies");
  set_up();
  set_proxy();
  set_tls();
}
Transfer::~Transfer() {
  curl_easy_cleanup(handle_);
  clear();
}

template <typename T>
void Transfer::set(CURLoption option, T value, const char* what) {
  const CURLcode code = curl_easy_setopt(handle_, option, value);
  if (code != CURLE_OK) throw config_error(what, curl_easy_strerror(code));
}

void Transfer::set_up() {
  set(CURLOPT_NOSIGNAL, 1L, "");
  set(CURLOPT_ERRORBUFFER, problem_, "");
  set(CURLOPT_COOKIEFILE, "", "");  // keeps cookies, reads none
  set(CURLOPT_WRITEFUNCTION, on_body, "");
  set(CURLOPT_WRITEDATA, this, "");
  set(CURLOPT_HEADERFUNCTION, on_field, "");
  set(CURLOPT_HEADERDATA, this, "");
  set(CURLOPT_FOLLOWLOCATION, 1L, "");
  set(CURLOPT_MAXREDIRS, redirects_max, "");
  set(CURLOPT_PROTOCOLS_STR, "http,https", "");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https", "");
  set(CURLOPT_HTTP_VERSION,
      static_cast<long>(settings_.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1), "");
  set(CURLOPT_TIMEOUT_MS, rounded_up(settings_.timeout_ns, millisecond_ns), "timeout");
  set(CURLOPT_MAXAGE_CONN,
      settings_.idle_timeout_ns > 0 ? rounded_up(settings_.idle_timeout_ns, second_ns) : forever_s,
      "idle_conn_timeout");
  if (!settings_.local_address.empty()) {
    set(CURLOPT_INTERFACE, settings_.local_address.c_str(), "local_address");
  }
  if (settings_.takes_gzip) set(CURLOPT_ACCEPT_ENCODING, "gzip", "");
}

// libcurl takes the environment's by itself, but for one spelling that Go's client takes.
void Transfer::set_proxy() {
  if (!settings_.proxy.empty()) return set(CURLOPT_PROXY, settings_.proxy.c_str(), "http_proxy");
  if (!settings_.system_proxy) return set(CURLOPT_PROXY, "", "");
}

void Transfer::set_tls() {
  const common::TlsClientOptions& tls = settings_.tls;
  if (!tls.tls_ca.empty()) set(CURLOPT_CAINFO, tls.tls_ca.c_str(), "tls_ca");
  set(CURLOPT_SSL_VERIFYPEER, tls.insecure_skip_verify ? 0L : 1L, "");
  set(CURLOPT_SSL_VERIFYHOST, tls.insecure_skip_verify ? 0L : 2L, "");
  set(CURLOPT_SSL_CTX_FUNCTION, on_tls, "");
  set(CURLOPT_SSL_CTX_DATA, this, "");
}

CURLcode Transfer::on_tls(CURL*, void* context, void* self) {
  auto& me = *static_cast<Transfer*>(self);
  try {
    common::TlsClient::apply(me.settings_.tls, me.settings_.tls_key_password,
                             static_cast<ssl_ctx_st*>(context));
  } catch (const std::exception& why) {
    me.tls_failure_ = why.what();
    return CURLE_SSL_CERTPROBLEM;
  }
  return CURLE_OK;
}

// ---- one request ----

void Transfer::begin(const ClientRequest& request) {
  clear();
  answer_ = {};
  tls_failure_.clear();
  problem_[0] = '\0';
  begun_ = false;
  sent_at_ns_ = 0;
  sent_max_ = request.body.size();
  set_method(request);
  set_target(request);
  set_body_target(request);
  add_fields(request.fields);
  add_fields(request.more_fields);
  add_line("Expect:");  // a server that waits for nothing must not be waited for
  set(CURLOPT_HTTPHEADER, lines_, "headers");
}

void Transfer::set_method(const ClientRequest& request) {
  set(CURLOPT_CUSTOMREQUEST, static_cast<char*>(nullptr), "");
  if (request.method == "GET") return set(CURLOPT_HTTPGET, 1L, "");
  set(CURLOPT_POST, 1L, "");
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()), "");
  set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data(), "");
  if (request.method != "POST") {
    set(CURLOPT_CUSTOMREQUEST, std::string(request.method).c_str(), "method");
  }
}

// A server that is to be known by another name is asked for by that name, and connected to by its own.
void Transfer::set_target(const ClientRequest& request) {
  url_ = request.url;
  const std::string& name = settings_.tls.tls_server_name;
  const auto url = parse_url(request.url);
  if (url && !name.empty() && same_name(url->scheme, "https")) {
    const std::string port(url->port.empty() ? "443" : url->port);
    const bool v6 = url->host.find(':') != std::string_view::npos;
    const std::string host = v6 ? "[" + std::string(url->host) + "]" : std::string(url->host);
    const std::string to = name + ":" + port + ":" + host + ":" + port;
    connect_to_ = curl_slist_append(nullptr, to.c_str());
    if (connect_to_ == nullptr) throw std::bad_alloc();
    add_line("Host: " + host + (url->port.empty() ? "" : ":" + port));
    const auto at = static_cast<std::size_t>(url->host.data() - request.url.data()) - (v6 ? 1 : 0);
    url_.replace(at, host.size(), name);
  }
  set(CURLOPT_CONNECT_TO, connect_to_, "tls_server_name");
  const std::string socket(request.unix_socket.empty() ? settings_.unix_socket
                                                       : request.unix_socket);
  local_ = !socket.empty();
  set(CURLOPT_UNIX_SOCKET_PATH, local_ ? socket.c_str() : nullptr, "url");
  set(CURLOPT_URL, url_.c_str(), "url");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* const unusual = std::getenv("HTTP_PROXY");
  const bool plain = url && same_name(url->scheme, "http");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const bool used = std::getenv("http_proxy") == nullptr && unusual != nullptr;
  if (settings_.system_proxy && settings_.proxy.empty() && plain && used) {
    set(CURLOPT_PROXY, unusual, "HTTP_PROXY");
  }
}

void Transfer::set_body_target(const ClientRequest& request) {
  too_large_ = false;
  into_ = request.into;
  into_bytes_max_ = request.into_bytes_max;
  if (into_ != nullptr) into_->clear();
  // Refused behind a request that failed early; then it is only slower.
  curl_easy_setopt(handle_, CURLOPT_BUFFERSIZE, into_ != nullptr ? large_piece_bytes : piece_bytes);
}

void Transfer::add_fields(const Fields* fields) {
  if (fields == nullptr) return;
  for (const auto& [name, value] : *fields) {
    // Without a value libcurl leaves a field out, unless it is told so.
    add_line(value.empty() ? name + ";" : name + ": " + value);
  }
}

void Transfer::add_line(const std::string& line) {
  curl_slist* const longer = curl_slist_append(lines_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  lines_ = longer;
}

void Transfer::clear() {
  curl_slist_free_all(lines_);
  curl_slist_free_all(connect_to_);
  lines_ = connect_to_ = nullptr;
}

bool Transfer::overdue(std::int64_t now_ns) {
  if (settings_.response_timeout_ns <= 0 || begun_) return false;
  curl_off_t sent = 0;
  curl_easy_getinfo(handle_, CURLINFO_SIZE_UPLOAD_T, &sent);
  long port = 0;  // none before there is a connection
  curl_easy_getinfo(handle_, CURLINFO_LOCAL_PORT, &port);
  const bool connected = port > 0 || local_;
  if (!connected || static_cast<std::uint64_t>(sent) < sent_max_) return false;
  if (sent_at_ns_ == 0) sent_at_ns_ = now_ns;
  return now_ns - sent_at_ns_ >= settings_.response_timeout_ns;
}

// ---- its answer ----

std::size_t Transfer::on_body(const char* data, std::size_t size, std::size_t n, void* self) {
  auto& me = *static_cast<Transfer*>(self);
  if (me.into_ != nullptr) {
    me.too_large_ = size * n > me.into_bytes_max_ - me.into_->size();
    if (me.too_large_) return 0;
    me.into_->append(data, size * n);
    return size * n;
  }
  std::string& body = me.answer_.body;
  const std::size_t room = answer_bytes_max - std::min(answer_bytes_max, body.size());
  body.append(data, std::min(room, size * n));
  return size * n;
}

std::size_t Transfer::on_field(const char* data, std::size_t size, std::size_t n, void* self) {
  auto& me = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * n);
  me.begun_ = true;
  if (line.starts_with("HTTP/")) {  // also of one that is only on the way to the last
    me.answer_.fields.clear();
    me.answer_.body.clear();
    if (me.into_ != nullptr) me.into_->clear();
  }
  const std::size_t colon = line.find(':');
  constexpr std::size_t fields_max = 256;
  if (colon != std::string_view::npos && me.answer_.fields.size() < fields_max) {
    me.answer_.fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return size * n;
}

Answer Transfer::end(CURLcode code) {
  curl_off_t begun_us = 0;
  curl_easy_getinfo(handle_, CURLINFO_STARTTRANSFER_TIME_T, &begun_us);
  answer_.begun_after_ns = begun_us * 1000;
  if (too_large_) {
    Answer none = end("the answer has more than " + std::to_string(into_bytes_max_) + " bytes");
    none.too_large = true;
    none.begun_after_ns = answer_.begun_after_ns;
    return none;
  }
  if (code != CURLE_OK) {
    std::string why = problem_[0] != '\0' ? problem_ : curl_easy_strerror(code);
    if (!tls_failure_.empty()) why += ": " + tls_failure_;
    return end(std::move(why));
  }
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  curl_off_t seconds = 0;
  curl_easy_getinfo(handle_, CURLINFO_RETRY_AFTER, &seconds);
  answer_.status = static_cast<unsigned>(status);
  answer_.retry_after_ns =
      std::clamp<std::int64_t>(seconds, 0, retry_after_max_ns / second_ns) * second_ns;
  clear();
  return std::move(answer_);
}

Answer Transfer::end(std::string failure) {
  clear();
  Answer none;
  none.failure = std::move(failure);
  return none;
}

}  // namespace weir::http
