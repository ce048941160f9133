#include "plugins/common/http_server/content_decoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <snappy.h>

#include <weir/error.hpp>

#include "plugins/common/http_server/request.hpp"

namespace weir::http {
namespace {

// A block cannot grow by more: its longest copy makes 64 bytes of three.
constexpr std::size_t snappy_growth_max = 32;

struct Coding {
  std::string_view name;
  common::Encoding encoding;
  ContentDecoder::Form form;
};
constexpr std::array codings{
    Coding{"gzip", common::Encoding::gzip, ContentDecoder::Form::stream},
    Coding{"x-gzip", common::Encoding::gzip, ContentDecoder::Form::stream},
    Coding{"deflate", common::Encoding::zlib, ContentDecoder::Form::stream},
    Coding{"zstd", common::Encoding::zstd, ContentDecoder::Form::stream},
    Coding{"snappy", common::Encoding::identity, ContentDecoder::Form::block}};

}  // namespace

ContentDecoder::Made ContentDecoder::make(std::string_view name, std::uint64_t bytes_max,
                                          Meter& meter) {
  if (name.empty() || same_name(name, "identity")) return {true, nullptr};
  const auto* const at = std::find_if(codings.begin(), codings.end(),
                                      [&](const Coding& c) { return same_name(name, c.name); });
  if (at == codings.end()) return {false, nullptr};
  return {true, std::make_unique<ContentDecoder>(at->encoding, at->form, bytes_max, meter)};
}

std::size_t ContentDecoder::decode(std::string_view& in, char* out, std::size_t room, bool last) {
  if (form_ == Form::stream) return stream_.decode(in, out, room);
  gather(std::exchange(in, {}));
  if (!last) return 0;
  if (!decoded_) decode_block();
  const std::size_t n = std::string_view(block_).substr(given_).copy(out, room);
  given_ += n;
  return n;
}

void ContentDecoder::gather(std::string_view in) {
  if (in.empty()) return;
  if (block_.size() + in.size() > bytes_max_) throw TooLarge();
  held_.set(block_.size() + in.size());
  block_.append(in);
}

void ContentDecoder::decode_block() {
  std::size_t bytes = 0;
  const bool read = snappy::GetUncompressedLength(block_.data(), block_.size(), &bytes);
  if (!read || bytes / snappy_growth_max > block_.size()) throw fail("not valid snappy data");
  if (bytes > bytes_max_) throw TooLarge();
  held_.set(block_.size() + bytes);
  std::string decoded(bytes, '\0');
  if (!snappy::RawUncompress(block_.data(), block_.size(), decoded.data())) {
    throw fail("not valid snappy data");
  }
  block_ = std::move(decoded);
  held_.set(bytes);
  decoded_ = true;
}

bool ContentDecoder::complete() const {
  return form_ == Form::block ? decoded_ : stream_.complete();
}

}  // namespace weir::http
