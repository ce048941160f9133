// A head and a chunked body: whatever comes, the parser says so without looking outside of it, and reads the same
// however it is cut.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/common/http_server/request_parser.hpp"

namespace {

using weir::http::Request;
using weir::http::RequestParser;

// The body, and whether it came to its end.
std::string read_body(RequestParser& parser, std::string_view text, std::size_t piece_bytes) {
  std::string body;
  std::string held;
  for (bool going_on = true; going_on;) {
    const auto piece = parser.next_piece(held);
    if (piece.problem || piece.done) return body + (piece.done ? " done" : " bad");
    body.append(piece.bytes);
    held.erase(0, piece.used);
    if (piece.used != 0) continue;
    going_on = !text.empty();
    held.append(text.substr(0, piece_bytes));
    text.remove_prefix(std::min(piece_bytes, text.size()));
  }
  return body + " open";
}

std::string read(std::string_view text, std::size_t piece_bytes) {
  std::size_t searched = 0;
  const std::size_t head = weir::http::head_bytes(text, searched);
  if (head == 0) return "no head";
  const std::string copy(text.substr(0, head));
  RequestParser parser;
  Request request;
  const auto problem = parser.read_head(copy, request);
  if (problem) return problem.reason;
  if (parser.chunked()) return read_body(parser, text.substr(head), piece_bytes);
  return request.path + std::string(request.query) + std::to_string(parser.length());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > RequestParser::chunk_line_bytes_max) return 0;  // where cuts may matter
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (read(text, 7) != read(text, size + 1)) __builtin_trap();
  return 0;
}
