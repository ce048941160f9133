#include "plugins/common/http_server/request_parser.hpp"

#include <string>

#include <gtest/gtest.h>

#include "plugins/common/http_server/response.hpp"

namespace weir::http {
namespace {

unsigned status_of(const std::string& head) {
  RequestParser parser;
  Request request;
  return parser.read_head(head, request).status;
}

TEST(RequestParser, ReadsAHead) {
  const std::string head =
      "POST /a%20b?x=1&y HTTP/1.1\r\nHost: h\r\nX-Room:  kitchen \r\ncontent-length: 12\r\n\r\n";
  RequestParser parser;
  Request request;
  ASSERT_FALSE(parser.read_head(head, request));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/a b");
  EXPECT_EQ(request.query, "x=1&y");
  EXPECT_EQ(request.field("x-room"), "kitchen");
  EXPECT_EQ(request.field("none"), "");
  EXPECT_EQ(parser.length(), 12U);
  EXPECT_FALSE(parser.chunked());
  EXPECT_TRUE(parser.keep_alive());
}

TEST(RequestParser, TakesATargetWithItsHost) {
  for (const char* target : {"http://h:1/p?q", "/p?q", "http://h/p?q#f"}) {
    RequestParser parser;
    Request request;
    const std::string head = std::string("GET ") + target + " HTTP/1.1\r\n\r\n";
    ASSERT_FALSE(parser.read_head(head, request)) << target;
    EXPECT_EQ(request.path, "/p") << target;
    EXPECT_EQ(request.query, "q") << target;
  }
}

TEST(RequestParser, KnowsWhoStays) {
  const auto stays = [](const std::string& head) {
    RequestParser parser;
    Request request;
    return !parser.read_head(head, request) && parser.keep_alive();
  };
  EXPECT_TRUE(stays("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, RefusesWhatIsNotARequest) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 0U);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\n\r\n"), 505U);
  EXPECT_EQ(status_of("PRI * HTTP/2.0\r\n\r\n"), 505U);
  EXPECT_EQ(status_of("G(T / HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("\x16\x03\x01 GET\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET /%zz HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nBad Field: 1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"), 400U);
}

// What two readers could cut at different places lets one request hide in another.
TEST(RequestParser, RefusesWhatCanBeCutInTwoWays) {
  const std::string post = "POST / HTTP/1.1\r\n";
  EXPECT_EQ(status_of(post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400U);
  EXPECT_EQ(status_of(post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400U);
  EXPECT_EQ(status_of(post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"), 400U);
  EXPECT_EQ(status_of(post + "Transfer-Encoding: chunked, gzip\r\n\r\n"), 501U);
  EXPECT_EQ(status_of(post + "Transfer-Encoding: gzip\r\n\r\n"), 501U);
  EXPECT_EQ(status_of(post + "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501U);
  EXPECT_EQ(status_of(post + "Transfer-Encoding : chunked\r\n\r\n"), 400U);
}

TEST(RequestParser, FindsTheEndOfAHead) {
  const std::string text = "GET / HTTP/1.1\r\nA: b\r\n\r\nrest";
  std::size_t searched = 0;
  for (std::size_t n = 0; n < text.size() - 4; ++n) {
    EXPECT_EQ(head_bytes(text.substr(0, n), searched), 0U) << n;
  }
  EXPECT_EQ(head_bytes(text, searched), text.size() - 4);
}

// All of a chunked body that comes in pieces of that size, with what is behind it.
struct Body {
  std::string bytes, rest;
  unsigned status = 0;
  bool done = false;
};
Body read_chunks(std::string text, std::size_t piece_bytes) {
  RequestParser parser;
  Request request;
  EXPECT_FALSE(parser.read_head("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", request));
  EXPECT_TRUE(parser.chunked());
  Body body;
  while (!body.done && body.status == 0) {
    const auto piece = parser.next_piece(body.rest);
    body.bytes += piece.bytes;
    body.done = piece.done;
    body.status = piece.problem.status;
    body.rest.erase(0, piece.used);
    if (piece.used != 0) continue;
    if (text.empty()) return body;
    body.rest += text.substr(0, piece_bytes);
    text.erase(0, piece_bytes);
  }
  body.rest += text;
  return body;
}

TEST(RequestParser, ReadsChunksHoweverTheyAreCut) {
  const std::string text = "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\nGET";
  for (std::size_t n = 1; n <= text.size(); ++n) {
    const Body body = read_chunks(text, n);
    EXPECT_TRUE(body.done) << n;
    EXPECT_EQ(body.bytes, "hello world") << n;
    EXPECT_EQ(body.rest, "GET") << n;
  }
}

TEST(RequestParser, RefusesBrokenChunks) {
  EXPECT_EQ(read_chunks("x\r\n", 100).status, 400U);
  EXPECT_EQ(read_chunks("5\r\nhelloXX\r\n0\r\n", 100).status, 400U);
  EXPECT_EQ(read_chunks("fffffffffffffffff\r\n", 100).status, 400U);
  EXPECT_EQ(read_chunks(std::string(20'000, '0'), 20'000).status, 400U);
}

TEST(Response, HasAHead) {
  Response r = text_response(200, "hi\n");
  r.set("X-A", "1\r\nX-B: 2");
  r.set("x-a", "3\n4");
  std::string head;
  append_head(head, r, {true, http_date(784111777)});
  EXPECT_EQ(head,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-A: 3 4\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
            "Connection: keep-alive\r\n\r\n");
  head.clear();
  Response none;
  none.status = 204;
  append_head(head, none, {false, "now"});
  EXPECT_EQ(head, "HTTP/1.1 204 No Content\r\nDate: now\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace weir::http
