#include <algorithm>
#include <array>

#include "core/base/crc32c.hpp"
#include "core/queue/disk_queue.hpp"

// append() and sync(). An entry counts when the state says so, after it was written completely; what a failed write
// left behind is overwritten by the next one or stands in a segment that was left.

namespace weir::queue {
namespace {

// The cursor also says where the last entry ends: as far as this a start has to look for more.
constexpr std::uint64_t cursor_every_bytes = 4 << 20;
// A sync of the cursor bounds what comes twice after a power cut, and costs as much as one of the data.
constexpr std::uint64_t cursor_every_syncs = 16;

constexpr std::array<std::uint8_t, 2 * cell_bytes> zeros{};

const char* no_whole_block(const Parcel& rows) {
  if (!rows.block) return "a parcel without a block";
  const weir_batch& batch = *rows.block.batch();
  if (!rows.mask.empty() || rows.row0 != 0 || rows.n_rows != batch.n_rows) {
    return "a parcel of some rows of a block";
  }
  if (batch.n_rows == 0) return "a block without rows";
  return batch.total > entry_bytes_max / 2 ? "a block of more than 512 MiB" : nullptr;
}

template <typename T>
DiskFile::Bytes bytes_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

}  // namespace

// ---- append -------------------------------------------------------------------------------------------------

DiskQueue::Append DiskQueue::append(const Parcel& rows, std::int64_t now_wall_ns,
                                    std::string_view meta, std::string& why) {
  if (const char* wrong = no_whole_block(rows)) {
    why = wrong;
    return Append::failed;
  }
  const auto said = [&why](const Error& error) {
    why = error.message;
    return error.kind == ErrorKind::overloaded ? Append::no_space : Append::failed;
  };
  if (kept_bytes_ > settings_.unsynced_bytes) {
    if (const Status synced = sync(); !synced) return said(synced.error());
  }
  const std::lock_guard writer(writer_mutex_);
  if (broken_) {
    if (const Status repaired = repair(); !repaired) return said(repaired.error());
  }
  Held entry;
  entry.time_ns = now_wall_ns;
  entry.block = rows.block;
  entry.meta = meta;
  entry.entry_bytes = entry_bytes(rows.block.batch()->total, meta.size());
  return store(entry, why);
}

DiskQueue::Append DiskQueue::store(Held& entry, std::string& why) {
  if (const Append room = make_room(entry.entry_bytes, why); room != Append::stored) return room;
  SegmentName name;
  {
    const std::lock_guard lock(mutex_);
    const Segment& tail = segments_.back();
    name = tail.name;
    entry.place = {tail.name.number, tail.end_bytes, appended_};
    entry.end_record = appended_ + entry.block.batch()->n_rows;
    entry.sequence = sequence_;
  }
  const Status written = write_entry(entry, *tail_file_, name);
  if (written) {
    publish(entry);
    return Append::stored;
  }
  why = written.error().message;
  if (written.error().kind == ErrorKind::overloaded) {
    // So that a restart does not take it for an entry.
    (void)tail_file_->write_one(std::span(zeros).first(cell_bytes), entry.place.offset);
    return Append::no_space;
  }
  leave_tail();
  return Append::failed;
}

Status DiskQueue::write_entry(const Held& entry, DiskFile& file, const SegmentName& name) {
  const weir_batch& batch = *entry.block.batch();
  EntryHeader header;
  header.batch_bytes = batch.total;
  header.meta_bytes = static_cast<std::uint32_t>(entry.meta.size());
  header.rows = batch.n_rows;
  header.entry_bytes = static_cast<std::uint32_t>(entry.entry_bytes);
  header.sequence = entry.sequence;
  header.first_record = entry.place.record;
  header.time_ns = entry.time_ns;
  header.payload_crc = crc32c(crc32c(0, entry.meta.data(), entry.meta.size()), &batch, batch.total);
  seal(header, name);
  EntryFooter footer;
  footer.rows = header.rows;
  footer.sequence = header.sequence;
  footer.first_record = header.first_record;
  footer.entry_bytes = header.entry_bytes;
  seal(footer, name);
  const std::uint64_t behind_batch = batch_offset(header.meta_bytes) + batch.total;
  const std::uint64_t padding = header.entry_bytes - sizeof footer - behind_batch;
  const std::array<DiskFile::Bytes, 7> pieces{
      bytes_of(header),
      {reinterpret_cast<const std::uint8_t*>(entry.meta.data()), entry.meta.size()},
      std::span(zeros).first(padded(entry.meta.size()) - entry.meta.size()),
      {reinterpret_cast<const std::uint8_t*>(&batch), batch.total},
      std::span(zeros).first(padding),
      bytes_of(footer),
      // Nothing follows, whatever an older use of the file left here.
      std::span(zeros).first(cell_bytes)};
  return file.write(pieces, entry.place.offset);
}

// The state's part of an append: from here on the entry is stored.
void DiskQueue::publish(const Held& entry) {
  if (!tail_dirty_) {
    tail_dirty_ = true;
    dirty_.push_back(tail_file_);
  }
  if (settings_.unsynced_bytes != 0) {
    kept_.push_back(entry);
    kept_bytes_ += entry.entry_bytes;
  }
  {
    const std::lock_guard lock(mutex_);
    Segment& tail = segments_.back();
    if (tail.first_ns == 0) tail.first_ns = entry.time_ns;
    if (waiting() == 0) next_ns_ = entry.time_ns;
    tail.end_bytes += entry.entry_bytes;
    appended_ = entry.end_record;
    ++sequence_;
    const std::uint64_t held = cache_held_bytes_ + entry.block->cap_bytes();
    if (held <= settings_.cache_bytes &&
        unread_bytes(settings_.cache_bytes) <= settings_.cache_bytes) {
      cache_.push_back(entry);
      cache_held_bytes_ = held;
    }
  }
  bytes_since_cursor_ += entry.entry_bytes;
  if (bytes_since_cursor_ < cursor_every_bytes) return;
  bytes_since_cursor_ = 0;
  (void)write_cursor();
}

// ---- segments -----------------------------------------------------------------------------------------------

DiskQueue::Append DiskQueue::make_room(std::uint64_t entry_bytes, std::string& why) {
  std::vector<Segment> freed;
  {
    const std::lock_guard lock(mutex_);
    if (tail_open_ && segments_.back().end_bytes + entry_bytes <= segments_.back().capacity_bytes) {
      return Append::stored;
    }
    if (waiting() == 0) {
      tail_open_ = false;
      freed.assign(segments_.begin(), segments_.end());
      segments_.clear();
    }
  }
  recycle(freed);
  const std::uint64_t capacity = capacity_for(entry_bytes);
  bool from_spare = false;
  bool drop_spare = false;
  {
    const std::lock_guard lock(mutex_);
    if (!segments_.empty() && segments_bytes() + capacity > settings_.max_bytes) {
      why = "the disk queue is full (max_bytes)";
      return Append::full;
    }
    const bool safe = spare_is_safe_ || settings_.unsynced_bytes == 0;
    from_spare = spare_ && spare_->capacity_bytes >= capacity && safe;
    drop_spare = spare_ && !from_spare &&
                 segments_bytes() + spare_->capacity_bytes + capacity > settings_.max_bytes;
  }
  if (drop_spare) (void)files_.disk().remove(files_.path(QueueFiles::spare_name));
  leave_tail();
  const Append begun = begin_segment(capacity, from_spare, why);
  if (from_spare || drop_spare) {  // Only now may another file get its name.
    const std::lock_guard lock(mutex_);
    spare_.reset();
  }
  return begun;
}

SegmentName DiskQueue::next_segment(std::uint64_t first_record) {
  const std::lock_guard lock(mutex_);
  return {files_.queue_id(), ++last_number_, first_record};
}

DiskQueue::Append DiskQueue::begin_segment(std::uint64_t capacity, bool from_spare,
                                           std::string& why) {
  const SegmentName name = next_segment(appended());
  using Make = QueueFiles::Make;
  auto file = files_.make_segment(name, capacity, from_spare ? Make::from_spare : Make::fresh);
  if (!file) {
    why = file.error().message;
    return file.error().kind == ErrorKind::overloaded ? Append::no_space : Append::failed;
  }
  directory_dirty_ = true;
  tail_file_ = std::move(file).value();
  tail_dirty_ = false;
  const std::lock_guard lock(mutex_);
  segments_.push_back({name, capacity, cell_bytes, 0});
  tail_open_ = true;
  return Append::stored;
}

void DiskQueue::leave_tail() {
  tail_file_.reset();
  tail_dirty_ = false;
  const std::lock_guard lock(mutex_);
  tail_open_ = false;
}

// ---- repair after a failed sync -----------------------------------------------------------------------------

Status DiskQueue::repair() {
  if (!kept_.empty()) {
    const SegmentName name = next_segment(kept_.front().place.record);
    const std::uint64_t capacity = capacity_for(kept_bytes_);
    if (Status rewritten = rewrite_kept(name, capacity); !rewritten) return rewritten;
    adopt_rewritten(name, capacity);
  }
  directory_dirty_ = true;
  broken_ = false;
  return ok_status();
}

// Under another name until it is complete: until then the old segments count.
Status DiskQueue::rewrite_kept(const SegmentName& name, std::uint64_t capacity) {
  auto made = files_.make_segment(name, capacity, QueueFiles::Make::to_rename);
  if (!made) return made.error();
  const std::shared_ptr<DiskFile>& file = made.value();
  std::uint64_t offset = cell_bytes;
  Status ok = ok_status();
  for (Held& entry : kept_) {
    entry.place = {name.number, offset, entry.place.record};
    ok = write_entry(entry, *file, name);
    if (!ok) break;
    offset += entry.entry_bytes;
  }
  const std::string path = files_.path(QueueFiles::rewrite_name);
  if (ok) ok = files_.disk().rename(path, files_.path(name));
  if (!ok) {
    (void)files_.disk().remove(path);
    return ok;
  }
  tail_file_ = file;
  tail_dirty_ = true;
  dirty_.assign(1, file);
  return ok_status();
}

// Segments that hold nothing but what was written again go; of one that holds more the rest does not count.
void DiskQueue::adopt_rewritten(const SegmentName& name, std::uint64_t capacity) {
  std::vector<Segment> useless;
  {
    const std::lock_guard lock(mutex_);
    while (!segments_.empty() && segments_.back().name.first_record >= name.first_record) {
      useless.push_back(segments_.back());
      segments_.pop_back();
    }
    segments_.push_back({name, capacity, cell_bytes + kept_bytes_, kept_.front().time_ns});
    tail_open_ = true;
    ++epoch_;
  }
  for (const Segment& s : useless) (void)files_.disk().remove(files_.path(s.name));
}

// ---- sync ---------------------------------------------------------------------------------------------------

Result<DiskQueue::Unsynced> DiskQueue::unsynced() {
  const std::lock_guard writer(writer_mutex_);
  if (broken_) {
    if (Status repaired = repair(); !repaired) return repaired.error();
  }
  Unsynced what;
  what.files.swap(dirty_);
  what.directory = std::exchange(directory_dirty_, false);
  what.upto = appended();
  tail_dirty_ = false;
  return what;
}

Status DiskQueue::sync() {
  const std::lock_guard one(sync_mutex_);
  const Result<Unsynced> what = unsynced();
  if (!what) return what.error();
  if (Status synced = sync_all(what.value()); !synced) {
    sync_failed();
    return synced;
  }
  sync_cursor_sometimes();
  return sync_succeeded(what.value());
}

Status DiskQueue::sync_all(const Unsynced& what) {
  for (const auto& file : what.files) {
    if (Status synced = file->sync(); !synced) return synced;
  }
  return what.directory ? files_.disk().sync_directory(files_.directory()) : ok_status();
}

// A segment may be written again only when no power cut can bring a cursor back that needs its old records.
void DiskQueue::sync_cursor_sometimes() {
  constexpr std::uint64_t none = ~std::uint64_t{0};
  std::uint64_t spare = none;
  {
    const std::lock_guard lock(mutex_);
    if (spare_ && !spare_is_safe_) spare = spare_->name.number;
  }
  if (spare == none && ++syncs_ % cursor_every_syncs != 0) return;
  if (!write_cursor()) return;
  const std::lock_guard cursor(cursor_mutex_);
  if (!files_.sync_cursor()) return;
  files_.keep_cursor();
  const std::lock_guard lock(mutex_);
  if (spare_ && spare_->name.number == spare) spare_is_safe_ = true;
}

void DiskQueue::sync_failed() {
  const std::lock_guard writer(writer_mutex_);
  broken_ = true;
  dirty_.clear();
  leave_tail();
  const std::lock_guard lock(mutex_);
  if (settings_.unsynced_bytes == 0) suspect_ = appended_;
}

Status DiskQueue::sync_succeeded(const Unsynced& what) {
  const std::lock_guard writer(writer_mutex_);
  while (!kept_.empty() && kept_.front().end_record <= what.upto) {
    kept_bytes_ -= kept_.front().entry_bytes;
    kept_.pop_front();
  }
  const std::lock_guard lock(mutex_);
  if (suspect_ > done_.done()) {
    return Error{ErrorKind::unavailable,
                 "disk queue of " + settings_.owner + ": the disk failed to keep " +
                     std::to_string(suspect_ - done_.done()) +
                     " records when it was told to; they are safe when they are delivered"};
  }
  durable_ = std::max(durable_, what.upto);
  return ok_status();
}

}  // namespace weir::queue
