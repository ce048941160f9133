#pragma once

// Reads the head of a request and the chunks of its body (RFC 9112), by Boost.Beast's parser.
//
// Use        One object a request: read_head() once, then next_piece() where the body is chunked.
// Threads    One thread at a time.
// Errors     As a Problem: what to answer, and why. What could be read in two ways is refused: more than
//            one length, a length beside chunks, an encoding of the transfer behind or instead of chunks.
// Limits     The caller's: a head is given in whole. The line that begins a chunk is at most
//            chunk_line_bytes_max long.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "plugins/common/http_server/request.hpp"

namespace weir::http {

struct Problem {
  unsigned status = 0;  // 0 = none
  const char* reason = "";
  explicit operator bool() const { return status != 0; }
};

// Bytes of the head that text begins with, its blank line included; 0 where that has not come. searched: how
// far earlier calls for the same head have looked.
std::size_t head_bytes(std::string_view text, std::size_t& searched);

class RequestParser {
 public:
  static constexpr std::size_t chunk_line_bytes_max = std::size_t{8} << 10;

  RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  ~RequestParser();

  Problem read_head(std::string_view head, Request& request);

  // Of the request whose head was read.
  bool chunked() const;
  std::uint64_t length() const;  // of a body that is not chunked
  bool keep_alive() const;
  bool expects_continue() const;

  // The next bytes of a chunked body. They are the last ones of what was used of in.
  struct Piece {
    std::size_t used = 0;
    std::string_view bytes;  // none: in has to be longer
    bool done = false;       // the body is complete
    Problem problem;
  };
  Piece next_piece(std::string_view in);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::http
