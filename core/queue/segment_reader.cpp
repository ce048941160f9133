#include "core/queue/segment_reader.hpp"

#include <algorithm>
#include <array>

#include <weir/validate.hpp>

#include "core/base/crc32c.hpp"

namespace weir::queue {
namespace {

constexpr std::uint64_t buffer_max = 64 << 10;
constexpr std::uint64_t large_entry = 16 << 10;  // Behind such a one only a header is read ahead.
constexpr std::uint64_t search_bytes = 256 << 10;

bool all_zero(const std::uint8_t* at) {
  return std::all_of(at, at + cell_bytes, [](std::uint8_t byte) { return byte == 0; });
}

std::uint64_t batch_at(const SegmentReader::Found& entry) {
  return entry.offset + batch_offset(entry.header.meta_bytes);
}

}  // namespace

SegmentReader::Payload SegmentReader::fill(std::span<std::uint8_t> to, std::uint64_t at,
                                           std::string& why) {
  const Result<std::size_t> n = file_->read(to, at);
  if (!n) {
    why = n.error().message;
    return Payload::unreadable;
  }
  return n.value() == to.size() ? Payload::sound : Payload::damaged;
}

// n bytes at a place below the limit; nullptr where the disk fails (why is set) or the file ends.
const std::uint8_t* SegmentReader::bytes(std::uint64_t at, std::uint64_t n, const Look& look,
                                         std::string& why) {
  if (at < buffer_at_ || at + n > buffer_at_ + buffer_bytes_) {
    buffer_.resize(buffer_max);
    const std::uint64_t wanted = std::min(std::max(ahead_bytes_, n), look.limit - at);
    buffer_bytes_ = 0;
    const Result<std::size_t> got = file_->read(std::span(buffer_).first(wanted), at);
    if (!got) {
      why = got.error().message;
      return nullptr;
    }
    buffer_at_ = at;
    buffer_bytes_ = got.value();
  }
  return at + n <= buffer_at_ + buffer_bytes_ ? buffer_.data() + (at - buffer_at_) : nullptr;
}

SegmentReader::Found SegmentReader::look(const Look& at) {
  Found found;
  found.offset = at.offset;
  if (at.offset + cell_bytes > at.limit) return found;
  const std::uint8_t* const cell = bytes(at.offset, cell_bytes, at, found.why);
  if (cell == nullptr && !found.why.empty() && at.patient) {
    found.kind = Kind::unreadable;
    return found;
  }
  if (cell == nullptr && found.why.empty()) return found;  // the file ends here
  const auto header = cell == nullptr ? std::nullopt : entry_header(cell, name_);
  if (header && header->first_record >= at.record) {
    found.kind = Kind::entry;
    found.header = *header;
    found.next = at.offset + header->entry_bytes;
    found.end_record = header->end_record();
    ahead_bytes_ = header->entry_bytes > large_entry ? cell_bytes : buffer_max;
    return found;
  }
  if (at.stop_at_zeros && cell != nullptr && all_zero(cell)) return found;
  return search(at);
}

// A header, or a footer whose header is damaged, tells where the hole ends.
bool SegmentReader::search_in(const std::uint8_t* chunk, std::uint64_t from, std::uint64_t to,
                              Found& found, std::uint64_t record) const {
  for (std::uint64_t at = from; at + cell_bytes <= to; at += cell_bytes) {
    const std::uint8_t* const cell = chunk + (at - from);
    const auto header = at == found.offset ? std::nullopt : entry_header(cell, name_);
    if (header && header->first_record >= record) {
      found.next = at;
      found.end_record = header->first_record;
      return true;
    }
    const auto footer = entry_footer(cell + sizeof(EntryFooter), name_);
    if (footer && footer->first_record >= record &&
        at + cell_bytes >= found.offset + footer->entry_bytes) {
      found.next = at + cell_bytes;
      found.end_record = footer->end_record();
      return true;
    }
  }
  return false;
}

SegmentReader::Found SegmentReader::search(const Look& at) {
  Found found;
  found.offset = at.offset;
  found.damaged = true;
  std::vector<std::uint8_t> chunk(search_bytes);
  for (std::uint64_t from = at.offset; from + cell_bytes <= at.limit; from += search_bytes) {
    const std::uint64_t wanted = std::min(search_bytes, at.limit - from);
    const Result<std::size_t> got = file_->read(std::span(chunk).first(wanted), from);
    if (!got && at.patient) {
      found.kind = Kind::unreadable;
      found.why = got.error().message;
      return found;
    }
    const std::uint64_t n = got ? got.value() : 0;
    if (search_in(chunk.data(), from, from + n, found, at.record)) {
      found.kind = Kind::hole;
      return found;
    }
    if (got && n < wanted) break;
  }
  return found;
}

std::optional<SegmentHead> SegmentReader::head() {
  std::array<std::uint8_t, cell_bytes> bytes{};
  std::string why;
  return fill(bytes, 0, why) == Payload::sound ? segment_head(bytes.data()) : std::nullopt;
}

SegmentReader::Payload SegmentReader::read(const Found& entry, std::uint64_t limit, Budget& budget,
                                           Content& content) {
  const EntryHeader& header = entry.header;
  if (entry.next > limit) return Payload::damaged;
  content.block = BlockRef::make(budget, header.batch_bytes, Budget::Use::stage);
  if (!content.block) return Payload::no_memory;
  content.meta.resize(header.meta_bytes);
  const std::span meta(reinterpret_cast<std::uint8_t*>(content.meta.data()), content.meta.size());
  const std::span batch(content.block->data(), header.batch_bytes);
  if (const Payload p = fill(meta, entry.offset + cell_bytes, content.why); p != Payload::sound) {
    return p;
  }
  const std::uint64_t from = batch_at(entry);
  if (from >= buffer_at_ && from + batch.size() <= buffer_at_ + buffer_bytes_) {
    std::memcpy(batch.data(), buffer_.data() + (from - buffer_at_), batch.size());
  } else if (const Payload p = fill(batch, from, content.why); p != Payload::sound) {
    return p;
  }
  const std::uint32_t crc = crc32c(crc32c(0, meta.data(), meta.size()), batch.data(), batch.size());
  const weir_batch& head = *content.block.batch();
  const bool sound = crc == header.payload_crc && validate(batch.data(), batch.size()) == nullptr &&
                     head.n_rows == header.rows;
  return sound ? Payload::sound : Payload::damaged;
}

SegmentReader::Payload SegmentReader::add_to(std::uint32_t& crc, std::uint64_t at,
                                             std::uint64_t left) {
  std::vector<std::uint8_t> chunk(std::min(left, search_bytes));
  std::string why;
  while (left > 0) {
    const std::span part = std::span(chunk).first(std::min(left, search_bytes));
    if (const Payload p = fill(part, at, why); p != Payload::sound) return p;
    crc = crc32c(crc, part.data(), part.size());
    at += part.size();
    left -= part.size();
  }
  return Payload::sound;
}

SegmentReader::Payload SegmentReader::check_payload(const Found& entry, std::uint64_t limit) {
  if (entry.next > limit) return Payload::damaged;
  std::uint32_t crc = 0;
  Payload p = add_to(crc, entry.offset + cell_bytes, entry.header.meta_bytes);
  if (p == Payload::sound) p = add_to(crc, batch_at(entry), entry.header.batch_bytes);
  if (p != Payload::sound) return p;
  return crc == entry.header.payload_crc ? Payload::sound : Payload::damaged;
}

SegmentReader::Payload SegmentReader::check_footer(const Found& entry, std::uint64_t limit) {
  if (entry.next > limit) return Payload::damaged;
  std::array<std::uint8_t, sizeof(EntryFooter)> bytes{};
  std::string why;
  if (const Payload p = fill(bytes, entry.next - bytes.size(), why); p != Payload::sound) return p;
  const auto footer = entry_footer(bytes.data(), name_);
  const bool right = footer && footer->first_record == entry.header.first_record &&
                     footer->rows == entry.header.rows &&
                     footer->entry_bytes == entry.header.entry_bytes;
  return right ? Payload::sound : Payload::damaged;
}

std::vector<std::uint8_t> SegmentReader::raw(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint8_t> bytes(to - from);
  const Result<std::size_t> n = file_->read(bytes, from);
  bytes.resize(n ? n.value() : 0);
  return bytes;
}

}  // namespace weir::queue
