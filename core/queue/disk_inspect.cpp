#include "core/queue/disk_inspect.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::queue {

Result<DiskInspect> DiskInspect::open(Disk& disk, const std::string& directory) {
  DiskInspect queue(disk, directory);
  if (const Status read = queue.read_meta(); !read) return read.error();
  if (const Status listed = queue.list(); !listed) return listed.error();
  return queue;
}

Status DiskInspect::read_meta() {
  const QueueFiles files(disk_, directory_);
  const auto read = files.read_meta();
  if (!read) return read.error();
  const auto cursor = files.read_cursor();
  if (!cursor) return cursor.error();
  const std::optional<QueueMeta>& meta = read.value();
  if (meta && meta->format > queue_format_version) {
    return Error{ErrorKind::bad_config,
                 directory_ + " was written by a newer Weir: use its `weir queue`"};
  }
  if (!meta && cursor.value().empty()) {
    return Error{ErrorKind::bad_config, directory_ + " is not the directory of a queue"};
  }
  if (meta) {
    meta_ = *meta;
  } else {
    meta_.queue_id = cursor.value().front().queue_id;
  }
  for (const CursorSlot& slot : cursor.value()) {
    if (slot.queue_id != meta_.queue_id) continue;
    done_ = RecordRanges(slot.done, slot.gone);
    break;
  }
  return ok_status();
}

Status DiskInspect::list() {
  const auto names = disk_.list(directory_);
  if (!names) return names.error();
  for (SegmentName name : QueueFiles::segments_in(names.value())) {
    while (!segments_.empty() && segments_.back().name.first_record >= name.first_record) {
      segments_.pop_back();
    }
    if (!segments_.empty()) segments_.back().end_record = name.first_record;
    const auto bytes = disk_.file_bytes(directory_ + '/' + name.file());
    name.queue_id = meta_.queue_id;
    segments_.push_back({name, ~std::uint64_t{0}, bytes ? bytes.value() : 0, false});
  }
  if (!segments_.empty()) segments_.back().last = true;
  return ok_status();
}

// False for what the agent is just writing.
bool DiskInspect::fill(Item& item, SegmentReader& reader, const SegmentReader::Found& found,
                       Budget* budget, const Segment& segment) {
  using Payload = SegmentReader::Payload;
  item.file = segment.name.file();
  item.offset = found.offset;
  item.bytes = found.next - found.offset;
  item.damaged = found.kind == SegmentReader::Kind::hole;
  if (item.damaged) return true;
  item.header = found.header;
  const std::uint64_t meta_at = found.offset + cell_bytes;
  const auto meta = reader.raw(meta_at, meta_at + found.header.meta_bytes);
  item.meta.assign(meta.begin(), meta.end());
  if (budget == nullptr) return true;
  SegmentReader::Content content;
  if (reader.read(found, segment.file_bytes, *budget, content) == Payload::sound) {
    item.block = std::move(content.block);
    return true;
  }
  item.damaged = true;
  return !segment.last || reader.check_footer(found, segment.file_bytes) == Payload::sound;
}

DiskInspect::Shown DiskInspect::show(SegmentReader& reader, const SegmentReader::Found& found,
                                     std::uint64_t record, const Segment& segment,
                                     const Look& look) {
  Item item;
  item.records = {record, std::min(found.end_record, segment.end_record)};
  if (found.kind == SegmentReader::Kind::entry) item.records.first = found.header.first_record;
  item.done = done_.covers(item.records);
  if (item.done) return Shown::more;
  if (!fill(item, reader, found, look.budget, segment)) return Shown::end;
  return look.visit(item) ? Shown::more : Shown::enough;
}

Result<bool> DiskInspect::each_of(const Segment& segment, const Look& look) {
  auto file = disk_.open(directory_ + '/' + segment.name.file(), Disk::Mode::read);
  if (!file && file.error().kind == ErrorKind::permanent) return true;
  if (!file) return file.error();
  SegmentReader reader(std::move(file).value(), segment.name);
  const auto head = reader.head();
  if (head && head->number != segment.name.number) return true;  // already another one
  EntryPlace at{segment.name.number, cell_bytes, segment.name.first_record};
  while (at.record < segment.end_record) {
    auto found = reader.look({at.offset, segment.file_bytes, at.record, segment.last, true});
    using Kind = SegmentReader::Kind;
    if (found.kind == Kind::unreadable) return Error{ErrorKind::unavailable, found.why};
    if (found.kind == Kind::nothing) {
      if (segment.last) return true;
      found.kind = Kind::hole;
      found.next = found.offset;
      found.end_record = segment.end_record;
    }
    const Shown shown = show(reader, found, at.record, segment, look);
    if (shown != Shown::more) return shown == Shown::end;
    at = {at.segment, found.next, found.end_record};
  }
  return true;
}

Status DiskInspect::each(Budget* budget, const Visit& visit) {
  for (const Segment& segment : segments_) {
    if (segment.end_record <= done_.done()) continue;
    const Result<bool> more = each_of(segment, {budget, visit});
    if (!more) return more.error();
    if (!more.value()) break;
  }
  return ok_status();
}

Result<DiskInspect::Summary> DiskInspect::summary() {
  Summary sum;
  for (const Segment& segment : segments_) sum.file_bytes += segment.file_bytes;
  const Status seen = each(nullptr, [&](const Item& item) {
    const std::uint64_t records = done_.open_in(item.records);
    if (item.damaged) {
      sum.damaged_records += records;
      return true;
    }
    ++sum.entries;
    sum.records += records;
    sum.bytes += item.bytes;
    if (sum.oldest_ns == 0) sum.oldest_ns = item.header.time_ns;
    sum.newest_ns = item.header.time_ns;
    return true;
  });
  if (!seen) return seen.error();
  return sum;
}

}  // namespace weir::queue
