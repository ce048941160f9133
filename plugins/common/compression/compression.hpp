#pragma once

// Compressed payloads: gzip, zlib and zstd, whole messages and streams.
//
// Threads    One thread at a time per object.
// Ownership  What compress and decompress return is valid until the next call on the object.
// Errors     Bytes that cannot be decoded, and messages that grow beyond the limit, throw weir::fail;
//            a library that has no memory throws std::bad_alloc.
// Limits     A decoder never holds more than its window: 32 KiB for gzip and zlib, 8 MiB for zstd.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::common {

// detect: gzip where the bytes begin like it, else as they are. Only for decoding.
enum class Encoding : std::uint8_t { identity, gzip, zlib, zstd, detect };

// By Telegraf's names: "" and "identity", "gzip", "zlib", "zstd", "auto".
std::optional<Encoding> encoding_of(std::string_view name);

constexpr int default_level = -1;
// Whether Telegraf takes this level: gzip and zlib 0, 1, 9; zstd 1, 3, 7, 11.
bool supports_level(Encoding encoding, int level);
// "0, 1 and 9", for the message about a level that is not supported.
std::string_view levels_of(Encoding encoding);

class Compressor {
 public:
  explicit Compressor(Encoding encoding, int level = default_level);
  ~Compressor();

  // The bytes as one gzip member, zlib stream or zstd frame.
  std::string_view compress(std::string_view bytes);

 private:
  class Zlib;
  class Zstd;
  std::unique_ptr<Zlib> zlib_;
  std::unique_ptr<Zstd> zstd_;
};

// Decodes a stream piece by piece. Members and frames may follow each other.
class StreamDecoder {
 public:
  explicit StreamDecoder(Encoding encoding);
  ~StreamDecoder();
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;
  StreamDecoder(StreamDecoder&&) noexcept;
  StreamDecoder& operator=(StreamDecoder&&) noexcept;

  // Decodes from the front of in, and takes off it what was used. Returns the bytes written to out;
  // fewer than room only when in is used up.
  std::size_t decode(std::string_view& in, char* out, std::size_t room);
  // True when the stream may end here: between two members, or before the first.
  bool complete() const;
  // Forgets an unfinished member: a new stream begins.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decodes whole messages of at most max_bytes each.
class Decompressor {
 public:
  Decompressor(Encoding encoding, std::uint64_t max_bytes);

  std::string_view decompress(std::string_view bytes);

 private:
  bool grow();

  StreamDecoder decoder_;
  bool identity_;
  std::uint64_t max_bytes_;
  std::string decoded_;
};

}  // namespace weir::common
