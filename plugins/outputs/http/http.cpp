#include "plugins/outputs/http/http.hpp"

#include <algorithm>
#include <optional>

#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http/text.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::http_output {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
  return text;
}

// The field's value; empty where nothing is encoded.
std::string field_value(common::Encoding encoding) {
  switch (encoding) {
    case common::Encoding::gzip: return "gzip";
    case common::Encoding::zlib: return "deflate";
    case common::Encoding::zstd: return "zstd";
    default: return {};
  }
}

}  // namespace

void Http::init() {
  SessionOptions::check();
  const auto parts = http::parse_url(url);
  if (!parts || (parts->scheme != "http" && parts->scheme != "https")) {
    throw config_error("url", "\"" + url + "\" is no URL; it begins with http:// or https://");
  }
  method = method.empty() ? "POST" : upper(method);
  if (method != "POST" && method != "PUT" && method != "PATCH") {
    throw config_error("method", "\"" + method + "\" is not one of POST, PUT and PATCH");
  }
  const auto encoding = common::encoding_of(content_encoding);
  if (!encoding || *encoding == common::Encoding::detect) {
    throw config_error("content_encoding",
                       "\"" + content_encoding + "\" is unknown; use gzip, zstd, zlib or identity");
  }
  compressor_ = std::make_unique<common::Compressor>(*encoding);
  if (!use_batch_format) return;
  const auto* format = self.extension<weir_format_v1>(WEIR_EXT_FORMAT);
  if (format == nullptr) {
    throw config_error("use_batch_format", "this agent cannot serialize whole batches");
  }
  format->set_document(self.context(), 1);
}

void Http::start() {
  if (session_) return;
  auto session = std::make_unique<http::Session>(*this, self);
  if (!aws_service.empty()) {
    signer_ = std::make_unique<AwsSigner>(*this, self, session->client());
  }
  if (!google_application_credentials.empty()) {
    google_ =
        std::make_unique<GoogleToken>(google_application_credentials, url, self, session->client());
  }
  collect_fields();
  session_ = std::move(session);
}

void Http::collect_fields() {
  fields_.clear();
  signed_fields_.clear();
  const auto set = [this](const std::string& name, const std::string& value) {
    const auto same = [&](const auto& f) { return http::same_name(f.first, name); };
    std::erase_if(fields_, same);
    fields_.emplace_back(name, value);
  };
  set("User-Agent", "Weir");
  set("Content-Type", "text/plain; charset=utf-8");
  const std::string encoded =
      field_value(common::encoding_of(content_encoding).value_or(common::Encoding::identity));
  if (!encoded.empty()) set("Content-Encoding", encoded);
  if (username.set || password.set) {
    set("Authorization",
        http::basic_authorization(username.set ? self.reveal(username.handle) : "",
                                  password.set ? self.reveal(password.handle) : ""));
  }
  for (const auto& [name, value] : headers) set(name, value.set ? self.reveal(value.handle) : "");
  for (const auto& field : fields_) {
    if (http::same_name(field.first, "Content-Type")) signed_fields_.push_back(field);
  }
}

void Http::stop() {
  signer_.reset();
  google_.reset();
  session_.reset();
}

void Http::write(const delivery& rows) {
  start();
  if (!use_batch_format) return write_each(rows);
  if (!rows.bytes().empty()) send(rows.bytes());
}

void Http::write_each(const delivery& rows) {
  const std::uint32_t first = progress_.resume(rows.raw());
  for (const row r : rows) {
    if (r.index() < first) continue;
    const std::string_view bytes = rows.bytes_of(r.index());
    if (!bytes.empty()) send(bytes);
    progress_.done(r.index());
  }
  progress_.finish();
}

void Http::send(std::string_view bytes) {
  http::ClientRequest request;
  request.method = method;
  request.url = url;
  request.body = compressor_->compress(bytes);
  request.fields = &fields_;
  http::Fields more;
  if (signer_) more = signer_->sign(request, signed_fields_);
  if (google_) more.emplace_back("Authorization", google_->authorization());
  request.more_fields = &more;
  judge(session_->send(request), bytes.size());
}

// As in Telegraf everything but success is tried again, unless the configuration says otherwise. What will never be
// taken, or is too large, comes in smaller batches, until the records at fault are alone.
void Http::judge(const http::Answer& answer, std::size_t bytes) const {
  if (answer.good()) return;
  const std::string what = url + " answered " + answer.text();
  const auto& dropping = non_retryable_statuscodes;
  if (std::find(dropping.begin(), dropping.end(), std::int64_t{answer.status}) != dropping.end()) {
    const std::string why = what + "; it is in non_retryable_statuscodes";
    if (use_batch_format) throw split(why);
    throw fail(why);
  }
  if (answer.status == 413 && use_batch_format) {
    throw split(what + " to " + std::to_string(bytes) + " bytes");
  }
  throw retry(what, answer.retry_after_ns);
}

}  // namespace weir::http_output

WEIR_MODULE("http", "1.0.0", weir::http_output::Http)
