#include <algorithm>
#include <random>

#include "core/queue/disk_queue.hpp"

// open(): what the directory is, which segments count, where the last one ends, and what is done. Nothing that may
// still be wanted is changed before it is clear that the queue is to be opened.

namespace weir::queue {
namespace {

constexpr std::uint64_t segment_bytes_min = 4096;
constexpr std::uint64_t segments_min =
    32;  // So many make max_bytes: what is dropped at once is a small part.

std::uint64_t new_queue_id() {
  std::random_device chance;
  return (std::uint64_t{chance()} << 32 | chance()) | 1;
}

bool is_ours(const std::string& name) {
  for (const char* ours : {QueueFiles::meta_name, QueueFiles::lock_name, QueueFiles::cursor_name,
                           QueueFiles::spare_name, QueueFiles::rewrite_name,
                           QueueFiles::corrupt_name, "queue.new", "lost+found"}) {
    if (name == ours) return true;
  }
  return parse_segment_name(name).has_value();
}

}  // namespace

class DiskQueue::Opening {
 public:
  Opening(Disk& disk, Budget& budget, Settings settings, Recovery& what)
      : what_(what),
        files_(disk, settings.directory),
        budget_(budget),
        settings_(std::move(settings)) {}

  Result<std::unique_ptr<DiskQueue>> run() {
    for (const auto step :
         {&Opening::enter, &Opening::identify, &Opening::list_segments, &Opening::find_end,
          &Opening::find_done, &Opening::check_destination, &Opening::settle}) {
      if (const Status done = (this->*step)(); !done) return explained(done.error());
    }
    return std::move(queue_);
  }

 private:
  Status enter();
  Status identify();
  Status identify_without_meta();
  Status list_segments();
  Status find_end();
  Status scan(SegmentReader& reader, const Segment& tail);
  Status end_of_scan(SegmentReader& reader, const Segment& tail);
  void close_tail(Segment& tail, DiskFile& file);
  Status find_done();
  void find_lost_end();
  Status check_destination();
  Status settle();
  Status renew_cursor();
  void find_spare();
  [[nodiscard]] bool knows_number_of_spare() const;
  void find_oldest() const;

  void remark(std::string text) { what_.remarks.push_back(std::move(text)); }
  [[nodiscard]] Error explained(const Error& error) const {
    return {error.kind, "disk queue of " + settings_.owner + ": " + error.message};
  }
  [[nodiscard]] SegmentName full(SegmentName name) const {
    name.queue_id = files_.queue_id();
    return name;
  }

  Recovery& what_;
  QueueFiles files_;
  Budget& budget_;
  Settings settings_;
  std::vector<std::string> names_;
  std::optional<QueueMeta> meta_;
  std::vector<CursorSlot> cursor_;
  std::deque<Segment> segments_;
  bool write_meta_{false};
  std::uint64_t appended_{0}, sequence_{0}, last_number_{0};
  // Of the scan: where it is, the last entry, whether what follows is neither entry nor zeros.
  EntryPlace at_;
  std::optional<SegmentReader::Found> last_;
  bool damaged_end_{false};
  RecordRanges done_;
  std::unique_ptr<DiskQueue> queue_;
};

Status DiskQueue::Opening::enter() {
  Disk& disk = files_.disk();
  if (Status made = disk.make_directories(files_.directory()); !made) return made;
  auto names = disk.list(files_.directory());
  if (!names) return names.error();
  names_ = std::move(names).value();
  const auto known = std::find_if(names_.begin(), names_.end(), [](const std::string& name) {
    return is_ours(name) && name != "lost+found";
  });
  if (known == names_.end()) {
    const auto foreign = std::find_if_not(names_.begin(), names_.end(), is_ours);
    if (foreign != names_.end()) {
      return Error{ErrorKind::bad_config, "directory " + files_.directory() +
                                              " is not a queue's: it has a file \"" + *foreign +
                                              "\"; give the queue an empty one"};
    }
  }
  Status locked = files_.take_lock();
  if (locked || locked.error().kind != ErrorKind::bad_config) return locked;
  return Error{ErrorKind::bad_config, locked.error().message +
                                          "; each running agent needs a state_directory of its own "
                                          "that it may write"};
}

// ---- whose it is --------------------------------------------------------------------------------------------

Status DiskQueue::Opening::identify() {
  const auto meta = files_.read_meta();
  if (!meta) return meta.error();
  meta_ = meta.value();
  if (meta_ && meta_->format > queue_format_version) {
    return Error{ErrorKind::bad_config, "directory " + files_.directory() +
                                            " was written by a newer Weir (format " +
                                            std::to_string(meta_->format) + ", this one knows " +
                                            std::to_string(queue_format_version) +
                                            "): start that one, or move the directory away"};
  }
  auto cursor = files_.read_cursor();
  if (!cursor) return cursor.error();
  cursor_ = std::move(cursor).value();
  if (meta_) {
    files_.set_queue_id(meta_->queue_id);
  } else if (Status known = identify_without_meta(); !known) {
    return known;
  }
  std::erase_if(cursor_, [this](const CursorSlot& s) { return s.queue_id != files_.queue_id(); });
  return ok_status();
}

// The queue's id is in the cursor and in each segment, too.
Status DiskQueue::Opening::identify_without_meta() {
  write_meta_ = true;
  const std::vector<SegmentName> segments = QueueFiles::segments_in(names_);
  std::uint64_t id = cursor_.empty() ? 0 : cursor_.front().queue_id;
  for (const SegmentName& name : segments) {
    if (id != 0) break;
    auto file = files_.disk().open(files_.path(name), Disk::Mode::read);
    if (!file) return file.error();
    const auto head = SegmentReader(std::move(file).value(), name).head();
    if (head) id = head->queue_id;
  }
  files_.set_queue_id(id != 0 ? id : settings_.id != 0 ? settings_.id : new_queue_id());
  if (id == 0 && segments.empty()) return ok_status();
  remark("the file \"queue\" was missing or damaged and is written anew");
  if (id != 0) return ok_status();
  // Nothing says with which checksums they were written: for a person to look at.
  const std::string folder = files_.path(QueueFiles::corrupt_name);
  if (Status made = files_.disk().make_directories(folder); !made) return made;
  for (const SegmentName& name : segments) {
    if (Status moved = files_.disk().rename(files_.path(name), folder + '/' + name.file());
        !moved) {
      return moved;
    }
    std::erase(names_, name.file());
  }
  remark(std::to_string(segments.size()) +
         " segments without a sound beginning were moved to the folder \"corrupt\"");
  return ok_status();
}

// ---- segments -----------------------------------------------------------------------------------------------

// A segment counts up to where a later one begins: one that was written again after a failed sync begins before
// others that are older.
Status DiskQueue::Opening::list_segments() {
  for (const CursorSlot& slot : cursor_) {
    sequence_ = std::max(sequence_, slot.writer_sequence);
    last_number_ = std::max(last_number_, slot.writer.segment);
  }
  for (const SegmentName& name : QueueFiles::segments_in(names_)) {
    last_number_ = std::max(last_number_, name.number);
    while (!segments_.empty() && segments_.back().name.first_record >= name.first_record) {
      (void)files_.disk().remove(files_.path(segments_.back().name));
      segments_.pop_back();
    }
    const auto size = files_.disk().file_bytes(files_.path(name));
    if (!size) return size.error();
    segments_.push_back({full(name), size.value(), 0, 0});
  }
  return ok_status();
}

Status DiskQueue::Opening::find_end() {
  while (!segments_.empty()) {
    Segment& tail = segments_.back();
    auto file = files_.disk().open(files_.path(tail.name), Disk::Mode::read_write);
    if (!file) return file.error();
    const std::shared_ptr<DiskFile> opened = std::move(file).value();
    SegmentReader reader(opened, tail.name);
    const auto head = reader.head();
    if (!head || head->number == tail.name.number) {
      if (Status scanned = scan(reader, tail); !scanned) return scanned;
      close_tail(tail, *opened);
      return ok_status();
    }
    // Its records were done: the file was being written as another segment when the power went.
    remark("segment " + tail.name.file() + " had been given up before a power cut");
    (void)files_.disk().remove(files_.path(tail.name));
    segments_.pop_back();
  }
  return ok_status();
}

// From where the cursor says, or from the segment's begin.
Status DiskQueue::Opening::scan(SegmentReader& reader, const Segment& tail) {
  at_ = {tail.name.number, cell_bytes, tail.name.first_record};
  for (const CursorSlot& slot : cursor_) {
    if (slot.writer.segment == at_.segment && slot.writer.offset > at_.offset &&
        slot.writer.offset <= tail.capacity_bytes && slot.writer.record >= at_.record &&
        slot.writer.offset % cell_bytes == 0) {
      at_ = slot.writer;
    }
  }
  using Kind = SegmentReader::Kind;
  while (true) {
    const auto found = reader.look({at_.offset, tail.capacity_bytes, at_.record, true, true});
    if (found.kind == Kind::unreadable) return Error{ErrorKind::unavailable, found.why};
    if (found.kind == Kind::nothing) {
      damaged_end_ = found.damaged;
      return end_of_scan(reader, tail);
    }
    last_.reset();
    if (found.kind == Kind::entry) {
      last_ = found;
      sequence_ = std::max(sequence_, found.header.sequence + 1);
    } else {
      ++what_.corrupt_entries;
      what_.lost_records += found.end_record - at_.record;
    }
    at_ = {at_.segment, found.next, found.end_record};
  }
}

// Only the last write can be half done when a process is killed: with neither its batch nor its footer in order the
// entry was never stored. With one of the two it is there, but damaged.
Status DiskQueue::Opening::end_of_scan(SegmentReader& reader, const Segment& tail) {
  using Payload = SegmentReader::Payload;
  if (!last_) return ok_status();
  const Payload batch = reader.check_payload(*last_, tail.capacity_bytes);
  if (batch == Payload::sound) return ok_status();
  const Payload footer = reader.check_footer(*last_, tail.capacity_bytes);
  if (batch == Payload::unreadable || footer == Payload::unreadable) {
    return Error{ErrorKind::unavailable, "reading " + files_.path(tail.name) + ": I/O error"};
  }
  const bool cut_short = last_->next > tail.capacity_bytes;  // by someone else: space was reserved
  if (footer == Payload::sound || cut_short) {
    ++what_.corrupt_entries;
    what_.lost_records += last_->header.rows;
    return ok_status();
  }
  what_.torn_bytes = last_->header.entry_bytes;
  at_ = {at_.segment, last_->offset, last_->header.first_record};
  damaged_end_ = true;
  return ok_status();
}

// Nobody writes to it again, so that entries of two lives never stand in one file: after a power cut some behind
// its end may be older than what came later. What was torn and what was reserved is cut off.
void DiskQueue::Opening::close_tail(Segment& tail, DiskFile& file) {
  appended_ = at_.record;
  tail.end_bytes = std::min(at_.offset, std::max(tail.capacity_bytes, cell_bytes));
  if (damaged_end_ && what_.torn_bytes == 0) what_.torn_bytes = cell_bytes;
  if (tail.capacity_bytes > tail.end_bytes && file.truncate(tail.end_bytes)) {
    tail.capacity_bytes = tail.end_bytes;
  }
}

// ---- what is done -------------------------------------------------------------------------------------------

Status DiskQueue::Opening::find_done() {
  const bool old = meta_.has_value() || !segments_.empty();
  std::uint64_t done = segments_.empty() ? 0 : segments_.front().name.first_record;
  if (!cursor_.empty()) {
    const CursorSlot& slot = cursor_.front();
    if (slot.done < done) remark("the cursor was older than the oldest segment");
    done_ = RecordRanges(std::max(done, slot.done), slot.gone);
  } else {
    if (old && !segments_.empty()) {
      remark("no sound cursor: begins with the oldest segment, some records may be sent again");
    }
    done_ = RecordRanges(done, {});
  }
  find_lost_end();
  return ok_status();
}

// The cursor knows of records that the last segment does not have: a power cut took them, or someone cut the file.
// Their numbers are not given again. Those that were not done are skipped and counted by take().
void DiskQueue::Opening::find_lost_end() {
  std::uint64_t known = done_.above().empty() ? done_.done() : done_.above().back().end;
  for (const CursorSlot& slot : cursor_) known = std::max(known, slot.writer.record);
  if (known <= appended_) return;
  what_.lost_records += done_.open_in({appended_, known});
  if (!segments_.empty()) {
    remark("the last segment ends " + std::to_string(known - appended_) +
           " records before what the cursor knows");
  }
  appended_ = known;
}

Status DiskQueue::Opening::check_destination() {
  const std::uint64_t waiting = appended_ - done_.done() - done_.count_above();
  const std::string& now = settings_.destination;
  if (meta_ && !now.empty() && !meta_->destination.empty() && meta_->destination != now &&
      waiting != 0) {
    return Error{ErrorKind::bad_config,
                 std::to_string(waiting) + " records for another destination wait in " +
                     files_.directory() +
                     ": let the old configuration deliver them, or drop them with `weir queue "
                     "purge`, or give the output another alias"};
  }
  const std::string& kept = meta_ ? meta_->destination : now;
  const QueueMeta wanted{queue_format_version, files_.queue_id(), settings_.owner,
                         now.empty() ? kept : now};
  if (meta_ && !write_meta_ && to_text(*meta_) == to_text(wanted)) return ok_status();
  return files_.write_meta(wanted);
}

// ---- the queue ----------------------------------------------------------------------------------------------

// What is in it must not look like a segment to come.
bool DiskQueue::Opening::knows_number_of_spare() const {
  const QueueFiles& files = queue_->files_;
  auto file = files.disk().open(files.path(QueueFiles::spare_name), Disk::Mode::read);
  if (!file) return false;
  const auto head = SegmentReader(std::move(file).value(), {}).head();
  if (head) queue_->last_number_ = std::max(queue_->last_number_, head->number);
  return head.has_value();
}

void DiskQueue::Opening::find_spare() {
  const QueueFiles& files = queue_->files_;  // The own ones were given to the queue.
  for (const char* leftover : {QueueFiles::rewrite_name, "queue.new"}) {
    if (std::find(names_.begin(), names_.end(), leftover) != names_.end()) {
      (void)files.disk().remove(files.path(leftover));
    }
  }
  if (std::find(names_.begin(), names_.end(), QueueFiles::spare_name) == names_.end()) return;
  const auto size = files.disk().file_bytes(files.path(QueueFiles::spare_name));
  if (size && size.value() == queue_->segment_bytes_ && knows_number_of_spare()) {
    queue_->spare_ = Segment{{}, size.value(), 0, 0};
  } else {
    (void)files.disk().remove(files.path(QueueFiles::spare_name));
  }
}

void DiskQueue::Opening::find_oldest() const {
  Aim aim;
  if (!queue_->aim(aim)) return;
  const Step step = queue_->find_entry(aim);
  if (step.kind == Step::Kind::entry) queue_->next_ns_ = step.found.header.time_ns;
}

// Both slots, and for good: one of an earlier life, of which a power cut took the records but not the cursor, must not
// come back when others have their numbers.
Status DiskQueue::Opening::renew_cursor() {
  for (int slot = 0; slot < 2; ++slot) {
    if (Status written = queue_->write_cursor(); !written) return written;
    queue_->files_.keep_cursor();
  }
  return queue_->files_.sync_cursor();
}

Status DiskQueue::Opening::settle() {
  const std::uint64_t generation = cursor_.empty() ? 0 : cursor_.front().generation;
  const std::size_t slot = cursor_.empty() ? 0 : 1 - cursor_.front().at;
  if (Status opened = files_.open_cursor(generation, slot); !opened) return opened;
  queue_.reset(new DiskQueue(std::move(files_), budget_, settings_));
  DiskQueue& q = *queue_;
  q.segment_bytes_ =
      std::clamp(settings_.max_bytes / segments_min / segment_bytes_min * segment_bytes_min,
                 segment_bytes_min, std::max(settings_.segment_bytes, segment_bytes_min));
  q.directory_dirty_ = true;
  q.segments_ = std::move(segments_);
  q.last_number_ = last_number_;
  q.sequence_ = sequence_;
  q.appended_ = q.durable_ = appended_;
  q.done_ = done_;
  q.next_ = done_.done();
  if (!cursor_.empty()) q.place_ = q.done_place_ = cursor_.front().reader;
  find_spare();
  std::vector<Segment> freed;
  q.collect_done(true, freed);
  if (Status renewed = renew_cursor(); !renewed) return renewed;
  q.recycle(freed);
  find_oldest();
  what_.records = q.records();
  what_.bytes = q.bytes();
  return ok_status();
}

Result<std::unique_ptr<DiskQueue>> DiskQueue::open(Disk& disk, Budget& budget, Settings settings,
                                                   Recovery& what) {
  what = Recovery{};
  return Opening(disk, budget, std::move(settings), what).run();
}

}  // namespace weir::queue
