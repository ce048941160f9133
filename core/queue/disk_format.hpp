#pragma once

// The bytes of a disk queue: docs/queue-format.md explains them and why they are so.
//
//   segment   head | entry | entry | ... | zeros
//   entry     header (64) | meta, padded to 64 | batch | padding | footer (32)      a multiple of 64 in all
//
// Units   Bytes; offsets are multiples of 64. Numbers are little endian.
// Errors  A function that reads returns nothing for bytes that are not what it looks for.

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::queue {

inline constexpr std::uint16_t queue_format_version = 1;
inline constexpr std::uint64_t cell_bytes = 64;  // What everything is aligned to.
// An entry is at most so long.
inline constexpr std::uint64_t entry_bytes_max = std::uint64_t{1} << 30;

// Which file of which queue: part of every checksum, so that nothing of another file is ever taken for its own.
struct SegmentName {
  std::uint64_t queue_id{0};
  std::uint64_t number{0};  // Counts up with every segment of the queue.
  std::uint64_t first_record{0};
  [[nodiscard]] std::string file() const;
};
// Nothing where the text is no segment's file name. The queue is not part of it.
[[nodiscard]] std::optional<SegmentName> parse_segment_name(std::string_view file);

struct SegmentHead {
  static constexpr std::uint32_t right_magic = 0x47455357U;  // "WSEG"
  std::uint32_t magic{right_magic};
  std::uint16_t version{queue_format_version}, head_bytes{cell_bytes};
  std::uint64_t queue_id{0}, number{0}, first_record{0}, capacity_bytes{0};
  std::array<std::uint32_t, 5> reserved{};
  std::uint32_t crc{0};
};
static_assert(sizeof(SegmentHead) == cell_bytes);

struct EntryHeader {
  static constexpr std::uint32_t right_magic = 0x544e4557U;  // "WENT"
  std::uint32_t magic{right_magic};
  std::uint16_t version{queue_format_version}, header_bytes{cell_bytes};
  std::uint32_t batch_bytes{0}, meta_bytes{0}, rows{0}, entry_bytes{0};
  std::uint64_t sequence{0}, first_record{0};
  std::int64_t time_ns{0};
  std::uint32_t segment{0};      // The low bits of its number.
  std::uint32_t payload_crc{0};  // Of meta and batch.
  std::uint32_t reserved{0};
  std::uint32_t crc{0};

  [[nodiscard]] std::uint64_t end_record() const { return first_record + rows; }
};
static_assert(sizeof(EntryHeader) == cell_bytes);

struct EntryFooter {
  static constexpr std::uint32_t right_magic = 0x444e4557U;  // "WEND"
  std::uint32_t magic{right_magic};
  std::uint32_t rows{0};
  std::uint64_t sequence{0}, first_record{0};
  std::uint32_t entry_bytes{0};
  std::uint32_t crc{0};

  [[nodiscard]] std::uint64_t end_record() const { return first_record + rows; }
};
static_assert(sizeof(EntryFooter) == cell_bytes / 2);

[[nodiscard]] constexpr std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + cell_bytes - 1) / cell_bytes * cell_bytes;
}
// Where the batch begins in an entry.
[[nodiscard]] constexpr std::uint64_t batch_offset(std::uint64_t meta_bytes) {
  return cell_bytes + padded(meta_bytes);
}
[[nodiscard]] constexpr std::uint64_t entry_bytes(std::uint64_t batch_bytes,
                                                  std::uint64_t meta_bytes) {
  return padded(batch_offset(meta_bytes) + batch_bytes + sizeof(EntryFooter));
}

// Fill the checksum in.
void seal(SegmentHead& head);
void seal(EntryHeader& header, const SegmentName& where);
void seal(EntryFooter& footer, const SegmentName& where);
// What stands at these bytes, when it is sound and belongs there.
[[nodiscard]] std::optional<SegmentHead> segment_head(const std::uint8_t* at);
[[nodiscard]] std::optional<EntryHeader> entry_header(const std::uint8_t* at,
                                                      const SegmentName& where);
[[nodiscard]] std::optional<EntryFooter> entry_footer(const std::uint8_t* at,
                                                      const SegmentName& where);

// Records [first, end).
struct RecordRange {
  std::uint64_t first{0}, end{0};
  friend bool operator==(const RecordRange&, const RecordRange&) = default;
};

// A byte of a segment where an entry begins, and the entry's first record.
struct EntryPlace {
  std::uint64_t segment{0}, offset{0}, record{0};
};

// What the cursor file remembers, twice: the slot with the higher generation counts.
struct CursorSlot {
  static constexpr std::uint64_t bytes = 4096;
  static constexpr std::size_t gone_max = 120;

  std::uint64_t queue_id{0}, generation{0};
  std::uint64_t done{0};             // Records below it are done for good.
  EntryPlace reader;                 // Where the entry of record `done` may be looked for.
  EntryPlace writer;                 // Where the next entry went when this was written.
  std::uint64_t writer_sequence{0};  // And its sequence.
  std::vector<RecordRange> gone;     // Records above `done` that are done as well, in order.
  std::size_t at{0};                 // Which of the two it was read from; not written.
};
[[nodiscard]] std::array<std::uint8_t, CursorSlot::bytes> to_bytes(const CursorSlot& slot);
[[nodiscard]] std::optional<CursorSlot> cursor_slot(std::span<const std::uint8_t> bytes);

// What the file "queue" says about the directory.
struct QueueMeta {
  std::uint32_t format{queue_format_version};
  std::uint64_t queue_id{0};
  std::string owner, destination;
};
[[nodiscard]] std::string to_text(const QueueMeta& meta);
// Of a newer format only that number is known.
[[nodiscard]] std::optional<QueueMeta> queue_meta(std::string_view text);

}  // namespace weir::queue
