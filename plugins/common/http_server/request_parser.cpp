#include "plugins/common/http_server/request_parser.hpp"

#include <limits>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "plugins/common/http/url.hpp"

namespace weir::http {
namespace {

namespace beast = boost::beast;
using Code = beast::error_code;
using Text = beast::string_view;
using Base = beast::http::basic_parser<true>;

std::string_view view_of(Text t) { return {t.data(), t.size()}; }

Problem problem_of(const Code& code) {
  using beast::http::error;
  if (code == error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are understood"};
  if (code == error::bad_method) return {400, "the method is not valid"};
  if (code == error::bad_target) return {400, "the target is not valid"};
  if (code == error::bad_content_length || code == error::multiple_content_length) {
    return {400, "the Content-Length is not valid"};
  }
  if (code == error::bad_transfer_encoding) return {400, "the Transfer-Encoding is not valid"};
  return {400, "the request is not valid HTTP"};
}

}  // namespace

std::size_t head_bytes(std::string_view text, std::size_t& searched) {
  constexpr std::string_view end = "\r\n\r\n";
  const std::size_t from = searched < end.size() ? 0 : searched - end.size() + 1;
  const std::size_t at = text.find(end, from);
  searched = text.size();
  return at == std::string_view::npos ? 0 : at + end.size();
}

class RequestParser::Impl final : public Base {
 public:
  explicit Impl() {
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
  }

  Request* request = nullptr;  // while the head is read
  std::string_view piece;
  Problem problem;
  bool expects_continue = false;

 private:
  void on_request_impl(beast::http::verb, Text method, Text target, int, Code&) override {
    request->method = view_of(method);
    request->target = view_of(target);
  }
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(beast::http::field field, Text name, Text value, Code&) override {
    if (request == nullptr) return;  // a trailer
    request->fields.push_back({view_of(name), view_of(value)});
    using F = beast::http::field;
    if (field == F::transfer_encoding && !same_name(view_of(value), "chunked")) {
      problem = {501, "the only Transfer-Encoding is chunked"};
    }
    if (field == F::expect && same_name(view_of(value), "100-continue")) expects_continue = true;
  }
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text bytes, Code&) override { return bytes.size(); }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Code&) override {
    piece = view_of(bytes);
    return bytes.size();
  }
  void on_finish_impl(Code&) override {}
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

namespace {

// "http://host/path?query", "/path?query" and "*".
Problem split_target(Request& request) {
  std::string_view rest = request.target;
  if (const auto url = parse_url(rest); url && !rest.starts_with('/')) {
    rest.remove_prefix(std::min(rest.size(), rest.find('/', url->scheme.size() + 3)));
  }
  rest = rest.substr(0, rest.find('#'));
  const std::size_t mark = rest.find('?');
  request.query = mark == std::string_view::npos ? std::string_view{} : rest.substr(mark + 1);
  auto path = decode_path(rest.substr(0, mark));
  if (!path) return {400, "the target is not valid"};
  request.path = std::move(*path);
  return {};
}

// Of a body in chunks; left: what was not used of it.
Problem problem_of_piece(const Code& code, std::size_t left) {
  if (code != beast::http::error::need_more) return {400, "a chunk of the body is not valid"};
  if (left > RequestParser::chunk_line_bytes_max) return {400, "a chunk's line is too long"};
  return {};
}

}  // namespace

Problem RequestParser::read_head(std::string_view head, Request& request) {
  request.fields.clear();
  impl_->request = &request;
  Code code;
  impl_->put({head.data(), head.size()}, code);
  impl_->request = nullptr;
  if (code) return problem_of(code);
  if (impl_->problem) return impl_->problem;
  if (!impl_->is_header_done()) return {400, "the request is not valid HTTP"};
  return split_target(request);
}

bool RequestParser::chunked() const { return impl_->chunked(); }
std::uint64_t RequestParser::length() const { return impl_->content_length().value_or(0); }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
bool RequestParser::expects_continue() const { return impl_->expects_continue; }

RequestParser::Piece RequestParser::next_piece(std::string_view in) {
  Piece next;
  impl_->piece = {};
  while (!impl_->is_done() && next.used < in.size() && impl_->piece.empty()) {
    Code code;
    const std::string_view rest = in.substr(next.used);
    next.used += impl_->put({rest.data(), rest.size()}, code);
    if (code) next.problem = problem_of_piece(code, in.size() - next.used);
    if (code) break;
  }
  next.bytes = impl_->piece;
  next.done = impl_->is_done();
  return next;
}

}  // namespace weir::http
