#pragma once

// Decodes the body of a request by its Content-Encoding: gzip, deflate (the zlib format) and zstd as a
// stream; snappy as one block, the form that HTTP clients of Prometheus and Telegraf send.
//
// Threads    One thread at a time.
// Errors     Bytes that cannot be decoded throw weir::fail; a snappy block that is, or says it is, larger
//            than the limit throws TooLarge; one that finds no memory NoRoom.
// Limits     A stream's decoder holds its window only, the caller counts what comes out. A snappy block is
//            held in whole, encoded and decoded, each of at most bytes_max.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/http_server/meter.hpp"

namespace weir::http {

// A body is larger, as it was sent or decoded, than the server takes.
struct TooLarge : fail {
  TooLarge() : fail("request body too large") {}
};

class ContentDecoder {
 public:
  // By the Content-Encoding's name; null, with known, for identity and the empty one.
  struct Made {
    bool known;
    std::unique_ptr<ContentDecoder> decoder;
  };
  static Made make(std::string_view name, std::uint64_t bytes_max, Meter& meter);

  enum class Form : std::uint8_t { stream, block };
  ContentDecoder(common::Encoding encoding, Form form, std::uint64_t bytes_max, Meter& meter)
      : stream_(encoding), form_(form), bytes_max_(bytes_max), held_(meter) {}

  // As StreamDecoder::decode. last: nothing follows in.
  std::size_t decode(std::string_view& in, char* out, std::size_t room, bool last);
  // The encoding is complete.
  bool complete() const;

 private:
  void gather(std::string_view in);
  void decode_block();

  common::StreamDecoder stream_;
  Form form_;
  bool decoded_ = false;
  std::uint64_t bytes_max_;
  Holding held_;
  std::string block_;      // encoded, then decoded
  std::size_t given_ = 0;  // of the decoded block
};

}  // namespace weir::http
