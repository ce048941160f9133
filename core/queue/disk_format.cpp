#include "core/queue/disk_format.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdio>

#include "core/base/crc32c.hpp"

namespace weir::queue {
namespace {

static_assert(std::endian::native == std::endian::little);

// ---- checksums ----

std::uint32_t salt_of(const SegmentName& where) {
  const std::array<std::uint64_t, 2> both{where.queue_id, where.number};
  return crc32c(0, both.data(), sizeof both);
}

// Of everything before the checksum, which stands last.
template <typename T>
std::uint32_t checksum(const T& what, std::uint32_t salt) {
  return crc32c(salt, &what, offsetof(T, crc));
}

template <typename T>
T copy_of(const std::uint8_t* at) {
  T what;
  std::memcpy(&what, at, sizeof what);
  return what;
}

// Most bytes that are looked at are none: the magic is asked first.
bool has_magic(const std::uint8_t* at, std::uint32_t magic) {
  return copy_of<std::uint32_t>(at) == magic;
}

bool sizes_agree(const EntryHeader& h) {
  return h.entry_bytes == entry_bytes(h.batch_bytes, h.meta_bytes) && h.rows > 0;
}

bool sizes_agree(const EntryFooter& f) {
  return f.entry_bytes % cell_bytes == 0 && f.entry_bytes > cell_bytes && f.rows > 0;
}

// ---- texts ----

template <typename T>
std::optional<T> number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

// What follows a word and a blank on the line that begins with the word.
std::string_view value_of(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.size() > word.size() && line.starts_with(word) && line[word.size()] == ' ') {
      return line.substr(word.size() + 1);
    }
  }
  return {};
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text;
}

constexpr std::string_view format_word = "weir-queue";
constexpr std::string_view check_word = "check";

}  // namespace

std::string SegmentName::file() const {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%010llu-%020llu.seg",
                static_cast<unsigned long long>(number),
                static_cast<unsigned long long>(first_record));
  return text.data();
}

std::optional<SegmentName> parse_segment_name(std::string_view file) {
  constexpr std::string_view end = ".seg";
  const std::size_t dash = file.find('-');
  if (!file.ends_with(end) || dash == std::string_view::npos) return std::nullopt;
  file.remove_suffix(end.size());
  const auto count = number<std::uint64_t>(file.substr(0, dash));
  const auto first = number<std::uint64_t>(file.substr(dash + 1));
  if (!count || !first) return std::nullopt;
  const SegmentName name{0, *count, *first};
  // Only the one spelling: two files must not be the same segment.
  if (name.file().size() != file.size() + end.size()) return std::nullopt;
  return name;
}

void seal(SegmentHead& head) { head.crc = checksum(head, 0); }
void seal(EntryHeader& header, const SegmentName& where) {
  header.segment = static_cast<std::uint32_t>(where.number);
  header.crc = checksum(header, salt_of(where));
}
void seal(EntryFooter& footer, const SegmentName& where) {
  footer.crc = checksum(footer, salt_of(where));
}

std::optional<SegmentHead> segment_head(const std::uint8_t* at) {
  const auto head = copy_of<SegmentHead>(at);
  const bool sound = head.magic == SegmentHead::right_magic && head.crc == checksum(head, 0) &&
                     head.version == queue_format_version;
  return sound ? std::optional(head) : std::nullopt;
}

std::optional<EntryHeader> entry_header(const std::uint8_t* at, const SegmentName& where) {
  if (!has_magic(at, EntryHeader::right_magic)) return std::nullopt;
  const auto header = copy_of<EntryHeader>(at);
  const bool sound = header.crc == checksum(header, salt_of(where)) &&
                     header.version == queue_format_version &&
                     header.segment == static_cast<std::uint32_t>(where.number) &&
                     header.first_record >= where.first_record && sizes_agree(header);
  return sound ? std::optional(header) : std::nullopt;
}

std::optional<EntryFooter> entry_footer(const std::uint8_t* at, const SegmentName& where) {
  if (!has_magic(at, EntryFooter::right_magic)) return std::nullopt;
  const auto footer = copy_of<EntryFooter>(at);
  const bool sound = footer.crc == checksum(footer, salt_of(where)) &&
                     footer.first_record >= where.first_record && sizes_agree(footer);
  return sound ? std::optional(footer) : std::nullopt;
}

// ---- cursor ----

namespace {

struct SlotHead {
  static constexpr std::uint32_t right_magic = 0x52554357U;  // "WCUR"
  std::uint32_t magic{right_magic};
  std::uint16_t version{queue_format_version}, gone{0};
  std::uint64_t queue_id{0}, generation{0}, done{0};
  EntryPlace reader, writer;
  std::uint64_t writer_sequence{0};
  std::uint32_t reserved{0};
  std::uint32_t crc{0};  // Of this, and then of the ranges behind it.
};
static_assert(sizeof(SlotHead) + CursorSlot::gone_max * sizeof(RecordRange) <= CursorSlot::bytes);

std::uint32_t slot_checksum(const SlotHead& head, const std::uint8_t* ranges) {
  return crc32c(checksum(head, 0), ranges, head.gone * sizeof(RecordRange));
}

}  // namespace

std::array<std::uint8_t, CursorSlot::bytes> to_bytes(const CursorSlot& slot) {
  std::array<std::uint8_t, CursorSlot::bytes> bytes{};
  SlotHead head;
  head.gone = static_cast<std::uint16_t>(std::min(slot.gone.size(), CursorSlot::gone_max));
  head.queue_id = slot.queue_id;
  head.generation = slot.generation;
  head.done = slot.done;
  head.reader = slot.reader;
  head.writer = slot.writer;
  head.writer_sequence = slot.writer_sequence;
  std::uint8_t* const ranges = bytes.data() + sizeof head;
  if (head.gone != 0) std::memcpy(ranges, slot.gone.data(), head.gone * sizeof(RecordRange));
  head.crc = slot_checksum(head, ranges);
  std::memcpy(bytes.data(), &head, sizeof head);
  return bytes;
}

std::optional<CursorSlot> cursor_slot(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < CursorSlot::bytes) return std::nullopt;
  const auto head = copy_of<SlotHead>(bytes.data());
  if (head.magic != SlotHead::right_magic || head.version != queue_format_version ||
      head.gone > CursorSlot::gone_max) {
    return std::nullopt;
  }
  const std::uint8_t* const ranges = bytes.data() + sizeof head;
  if (head.crc != slot_checksum(head, ranges)) return std::nullopt;
  CursorSlot slot{head.queue_id,
                  head.generation,
                  head.done,
                  head.reader,
                  head.writer,
                  head.writer_sequence,
                  std::vector<RecordRange>(head.gone),
                  0};
  if (head.gone != 0) {
    std::memcpy(slot.gone.data(), ranges, head.gone * sizeof(RecordRange));
  }
  return slot;
}

// ---- meta ----

std::string to_text(const QueueMeta& meta) {
  std::string text = std::string(format_word) + ' ' + std::to_string(meta.format) + "\nid " +
                     hexadecimal(meta.queue_id) + "\nowner " + one_line(meta.owner) +
                     "\ndestination " + one_line(meta.destination) + '\n';
  const std::uint32_t check = crc32c(0, text.data(), text.size());
  return text + std::string(check_word) + ' ' + hexadecimal(check) + '\n';
}

std::optional<QueueMeta> queue_meta(std::string_view text) {
  const std::size_t at = text.rfind(std::string("\n") + std::string(check_word) + ' ');
  if (at == std::string_view::npos) return std::nullopt;
  const auto check = number<std::uint64_t>(value_of(text.substr(at + 1), check_word), 16);
  text = text.substr(0, at + 1);
  if (!check || *check != crc32c(0, text.data(), text.size())) return std::nullopt;
  const auto format = number<std::uint32_t>(value_of(text, format_word));
  if (!format) return std::nullopt;
  QueueMeta meta{*format, 0, {}, {}};
  if (meta.format > queue_format_version) return meta;
  const auto id = number<std::uint64_t>(value_of(text, "id"), 16);
  if (!id) return std::nullopt;
  meta.queue_id = *id;
  meta.owner = value_of(text, "owner");
  meta.destination = value_of(text, "destination");
  return meta;
}

}  // namespace weir::queue
