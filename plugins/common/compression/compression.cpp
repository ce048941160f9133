#include "plugins/common/compression/compression.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <utility>

#include <zlib.h>
#include <zstd.h>

#include <weir/error.hpp>

namespace weir::common {
namespace {

constexpr int zlib_window = 15;
constexpr int gzip_window = zlib_window + 16;
constexpr int zlib_memory = 8;
constexpr int zstd_window_log_max = 23;
constexpr int zstd_default_level = 3;
constexpr std::string_view gzip_magic = "\x1f\x8b";

struct Name {
  std::string_view text;
  Encoding encoding;
};
constexpr std::array names{Name{"", Encoding::identity}, Name{"identity", Encoding::identity},
                           Name{"gzip", Encoding::gzip}, Name{"zlib", Encoding::zlib},
                           Name{"zstd", Encoding::zstd}, Name{"auto", Encoding::detect}};

int window_of(Encoding encoding) { return encoding == Encoding::gzip ? gzip_window : zlib_window; }

// zlib counts in 32 bits.
uInt clip(std::size_t n) {
  return static_cast<uInt>(std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
}
Bytef* input_of(std::string_view bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib does not write to its input
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

[[noreturn]] void broken(const char* format, const char* why) {
  throw fail(std::string("not valid ") + format + " data: " + (why != nullptr ? why : "unknown"));
}

}  // namespace

std::optional<Encoding> encoding_of(std::string_view name) {
  for (const Name& n : names) {
    if (n.text == name) return n.encoding;
  }
  return std::nullopt;
}

bool supports_level(Encoding encoding, int level) {
  if (level < 0) return true;
  if (encoding == Encoding::zstd) return level == 1 || level == 3 || level == 7 || level == 11;
  return encoding == Encoding::identity || level == 0 || level == 1 || level == 9;
}

std::string_view levels_of(Encoding encoding) {
  return encoding == Encoding::zstd ? "1, 3, 7 and 11" : "0, 1 and 9";
}

// ---- compressing ----

class Compressor::Zlib {
 public:
  Zlib(Encoding encoding, int level) {
    if (deflateInit2(&z_, level < 0 ? Z_DEFAULT_COMPRESSION : level, Z_DEFLATED,
                     window_of(encoding), zlib_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() { deflateEnd(&z_); }

  std::string_view compress(std::string_view bytes) {
    deflateReset(&z_);
    out_.resize(std::max(out_.size(), deflateBound(&z_, bytes.size())));
    std::size_t used = 0;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
      const uInt taken = clip(bytes.size());
      const uInt room = clip(out_.size() - used);
      z_.next_in = input_of(bytes);
      z_.avail_in = taken;
      z_.next_out = reinterpret_cast<Bytef*>(out_.data()) + used;
      z_.avail_out = room;
      status = deflate(&z_, taken == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
      bytes.remove_prefix(taken - z_.avail_in);
      used += room - z_.avail_out;
    }
    return {out_.data(), used};
  }

 private:
  z_stream z_{};
  std::string out_;
};

class Compressor::Zstd {
 public:
  explicit Zstd(int level)
      : context_(ZSTD_createCCtx()), level_(level < 0 ? zstd_default_level : level) {
    if (context_ == nullptr) throw std::bad_alloc();
  }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  ~Zstd() { ZSTD_freeCCtx(context_); }

  std::string_view compress(std::string_view bytes) {
    out_.resize(std::max(out_.size(), ZSTD_compressBound(bytes.size())));
    const std::size_t used =
        ZSTD_compressCCtx(context_, out_.data(), out_.size(), bytes.data(), bytes.size(), level_);
    if (ZSTD_isError(used) != 0) {
      throw std::bad_alloc();  // With room enough there is no other error.
    }
    return {out_.data(), used};
  }

 private:
  ZSTD_CCtx* context_;
  int level_;
  std::string out_;
};

Compressor::Compressor(Encoding encoding, int level) {
  if (encoding == Encoding::gzip || encoding == Encoding::zlib) {
    zlib_ = std::make_unique<Zlib>(encoding, level);
  }
  if (encoding == Encoding::zstd) zstd_ = std::make_unique<Zstd>(level);
}
Compressor::~Compressor() = default;

std::string_view Compressor::compress(std::string_view bytes) {
  if (zlib_) return zlib_->compress(bytes);
  return zstd_ ? zstd_->compress(bytes) : bytes;
}

// ---- decoding ----

struct StreamDecoder::State {
  explicit State(Encoding wanted) : encoding(wanted), as(wanted) { begin(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { end(); }

  void begin() {
    between = true;
    seen.clear();
    if (as == Encoding::gzip || as == Encoding::zlib) begin_zlib();
    if (as == Encoding::zstd) begin_zstd();
  }
  void end() {
    if (inflating) inflateEnd(&z);
    ZSTD_freeDCtx(zstd);
    inflating = false;
    zstd = nullptr;
  }
  void begin_zlib() {
    const int status = inflating ? inflateReset(&z) : inflateInit2(&z, window_of(as));
    if (status != Z_OK) throw std::bad_alloc();
    inflating = true;
  }
  void begin_zstd() {
    if (zstd == nullptr) zstd = ZSTD_createDCtx();
    if (zstd == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_reset(zstd, ZSTD_reset_session_only);
    ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, zstd_window_log_max);
  }

  std::size_t decode(std::string_view& in, char* out, std::size_t room) {
    if (as == Encoding::detect && !detect(in)) return 0;
    if (as == Encoding::identity) return copy(in, out, room);
    return as == Encoding::zstd ? unzstd(in, out, room) : inflate_some(in, out, room);
  }

  // Decides by the first two bytes, which may come one by one. What was held back comes first.
  bool detect(std::string_view& in) {
    const std::size_t missing = std::min(gzip_magic.size() - seen.size(), in.size());
    seen.append(in.substr(0, missing));
    in.remove_prefix(missing);
    between = seen.empty();
    const bool maybe = gzip_magic.substr(0, seen.size()) == seen;
    if (maybe && seen.size() < gzip_magic.size()) return false;
    const std::string held = seen;
    as = maybe ? Encoding::gzip : Encoding::identity;
    begin();
    seen = held;
    return true;
  }

  std::size_t copy(std::string_view& in, char* out, std::size_t room) {
    const std::size_t first = seen.copy(out, room);
    seen.erase(0, first);
    const std::size_t n = in.copy(out + first, room - first);
    in.remove_prefix(n);
    return first + n;
  }

  std::size_t inflate_some(std::string_view& in, char* out, std::size_t room) {
    std::size_t done = 0;
    while (!seen.empty() && done < room) {
      std::string_view held = seen;
      done += inflate_piece(held, out + done, room - done);
      seen.erase(0, seen.size() - held.size());
    }
    bool stuck = false;
    while (done < room && !stuck) {
      const std::size_t before = in.size();
      const std::size_t n = inflate_piece(in, out + done, room - done);
      stuck = n == 0 && in.size() == before;
      done += n;
    }
    return done;
  }
  std::size_t inflate_piece(std::string_view& in, char* out, std::size_t room) {
    if (between && in.empty()) return 0;
    const uInt given = clip(in.size());
    const uInt space = clip(room);
    z.next_in = input_of(in);
    z.avail_in = given;
    z.next_out = reinterpret_cast<Bytef*>(out);
    z.avail_out = space;
    between = false;
    const int status = inflate(&z, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      broken(as == Encoding::gzip ? "gzip" : "zlib", z.msg);
    }
    in.remove_prefix(given - z.avail_in);
    const std::size_t written = space - z.avail_out;
    if (status == Z_STREAM_END) {
      inflateReset(&z);
      between = true;
    }
    return written;
  }

  std::size_t unzstd(std::string_view& in, char* out, std::size_t room) {
    ZSTD_outBuffer to{out, room, 0};
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    bool moved = true;
    while (to.pos < to.size && moved && !(between && from.pos == from.size)) {
      const std::size_t before = to.pos + from.pos;
      const std::size_t status = ZSTD_decompressStream(zstd, &to, &from);
      if (ZSTD_isError(status) != 0) broken("zstd", ZSTD_getErrorName(status));
      between = status == 0;
      moved = to.pos + from.pos != before;
    }
    in.remove_prefix(from.pos);
    return to.pos;
  }

  Encoding encoding;  // what was asked for
  Encoding as;        // what it is decoded as
  bool between = true;
  bool inflating = false;
  std::string seen;  // of detect: bytes that were looked at and not yet decoded
  z_stream z{};
  ZSTD_DCtx* zstd = nullptr;
};

StreamDecoder::StreamDecoder(Encoding encoding) : state_(std::make_unique<State>(encoding)) {}
StreamDecoder::~StreamDecoder() = default;
StreamDecoder::StreamDecoder(StreamDecoder&&) noexcept = default;
StreamDecoder& StreamDecoder::operator=(StreamDecoder&&) noexcept = default;

std::size_t StreamDecoder::decode(std::string_view& in, char* out, std::size_t room) {
  return state_->decode(in, out, room);
}
bool StreamDecoder::complete() const { return state_->as == Encoding::identity || state_->between; }
void StreamDecoder::reset() {
  state_->as = state_->encoding;
  state_->begin();
}

Decompressor::Decompressor(Encoding encoding, std::uint64_t max_bytes)
    : decoder_(encoding), identity_(encoding == Encoding::identity), max_bytes_(max_bytes) {}

std::string_view Decompressor::decompress(std::string_view bytes) {
  if (identity_) return bytes;
  decoder_.reset();
  std::size_t used = 0;
  while (true) {
    if (used == decoded_.size() && !grow()) break;
    const std::size_t room = decoded_.size() - used;
    const std::size_t n = decoder_.decode(bytes, decoded_.data() + used, room);
    used += n;
    if (n < room) break;
  }
  if (used > max_bytes_) {
    throw fail("the message is larger than " + std::to_string(max_bytes_) +
               " bytes when it is decompressed");
  }
  if (!decoder_.complete()) throw fail("the compressed message is cut off");
  return {decoded_.data(), used};
}

// One byte more than allowed tells a message that just fits from one that does not.
bool Decompressor::grow() {
  const std::uint64_t most = max_bytes_ + 1;
  if (decoded_.size() >= most) return false;
  decoded_.resize(
      std::min<std::uint64_t>(std::max<std::uint64_t>(decoded_.size() * 2, 4096), most));
  return true;
}

}  // namespace weir::common
