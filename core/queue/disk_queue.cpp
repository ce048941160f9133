#include "core/queue/disk_queue.hpp"

#include <algorithm>

// The state and the reader. The reader works in turns: it aims under the lock, looks at the disk without it, and
// settles what it found under the lock again, unless the state's epoch has changed meanwhile.

namespace weir::queue {
namespace {

// The disk refuses that often to read one place before its bytes count as damaged.
constexpr int failures_max = 3;

// Room for what an entry has beside its batch.
constexpr std::uint64_t meta_room_bytes = 4096;

}  // namespace

DiskQueue::DiskQueue(QueueFiles files, Budget& budget, Settings settings)
    : settings_(std::move(settings)),
      budget_(budget),
      files_(std::move(files)),
      destination_(settings_.destination) {}

DiskQueue::~DiskQueue() { (void)write_cursor(); }

// ---- figures ------------------------------------------------------------------------------------------------

std::uint64_t DiskQueue::appended() const {
  const std::lock_guard lock(mutex_);
  return appended_;
}
std::uint64_t DiskQueue::durable() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}
std::uint64_t DiskQueue::done() const {
  const std::lock_guard lock(mutex_);
  return done_.done();
}
std::uint64_t DiskQueue::next() const {
  const std::lock_guard lock(mutex_);
  return next_;
}
std::uint64_t DiskQueue::records() const {
  const std::lock_guard lock(mutex_);
  return waiting();
}
Status DiskQueue::redirect(const std::string& destination) {
  if (destination.empty() || destination == destination_) return ok_status();
  destination_ = destination;
  return files_.write_meta({queue_format_version, files_.queue_id(), settings_.owner, destination});
}

std::uint64_t DiskQueue::skipped() const {
  const std::lock_guard lock(mutex_);
  return skipped_;
}
std::uint64_t DiskQueue::disk_bytes() const {
  const std::lock_guard lock(mutex_);
  return segments_bytes() + (spare_ ? spare_->capacity_bytes : 0);
}
std::uint64_t DiskQueue::bytes() const {
  const std::lock_guard lock(mutex_);
  if (waiting() == 0) return 0;
  std::uint64_t sum = 0;
  for (const Segment& s : segments_) {
    const bool begun = s.name.number == done_place_.segment;
    const std::uint64_t from = begun ? done_place_.offset : cell_bytes;
    sum += s.limit() - std::min(s.limit(), from);
  }
  return sum;
}
std::int64_t DiskQueue::oldest_ns() const {
  const std::lock_guard lock(mutex_);
  if (waiting() == 0) return 0;
  return in_flight_.empty() ? next_ns_ : in_flight_.front().time_ns;
}

// ---- state --------------------------------------------------------------------------------------------------

std::uint64_t DiskQueue::waiting() const { return appended_ - done_.done() - done_.count_above(); }

const DiskQueue::Segment* DiskQueue::segment_of(std::uint64_t record) const {
  const auto behind =
      std::upper_bound(segments_.begin(), segments_.end(), record,
                       [](std::uint64_t r, const Segment& s) { return r < s.name.first_record; });
  return behind == segments_.begin() ? nullptr : &*std::prev(behind);
}

// Where the records of the next segment begin: what stands behind that in this one does not count.
std::uint64_t DiskQueue::record_end(const Segment& segment) const {
  const auto behind =
      std::upper_bound(segments_.begin(), segments_.end(), segment.name.first_record,
                       [](std::uint64_t r, const Segment& s) { return r < s.name.first_record; });
  return behind == segments_.end() ? appended_ : behind->name.first_record;
}

// The reader passes over what it cannot have.
void DiskQueue::skip(RecordRange range) {
  skipped_ += done_.open_in(range);
  done_.finish(range);
  next_ = std::max(next_, range.end);
  forget_done_entries();
}

void DiskQueue::forget_done_entries() {
  const std::uint64_t done = done_.done();
  while (!in_flight_.empty() && in_flight_.front().end_record <= done) in_flight_.pop_front();
  if (next_ < done) {
    next_ = done;
    ++epoch_;
  }
  done_place_ = in_flight_.empty() ? place_ : in_flight_.front().place;
}

void DiskQueue::forget_held_entries() {
  while (!cache_.empty() && cache_.front().end_record <= next_) {
    cache_held_bytes_ -= cache_.front().block->cap_bytes();
    cache_.pop_front();
  }
}

// Segments without a record that is still wanted, but not the one that is written.
void DiskQueue::collect_done(bool middle, std::vector<Segment>& freed) {
  const std::size_t kept = tail_open_ ? 1 : 0;
  while (segments_.size() > kept && record_end(segments_.front()) <= done_.done()) {
    freed.push_back(segments_.front());
    segments_.pop_front();
  }
  for (std::size_t i = 0; middle && i + kept < segments_.size();) {
    const Segment& s = segments_[i];
    if (done_.covers({s.name.first_record, record_end(s)})) {
      freed.push_back(s);
      segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

std::uint64_t DiskQueue::segments_bytes() const {
  std::uint64_t sum = 0;
  for (const Segment& s : segments_) sum += s.capacity_bytes;
  return sum;
}

// How far the reader is behind; somewhere above `enough` it does not matter how far.
std::uint64_t DiskQueue::unread_bytes(std::uint64_t enough) const {
  std::uint64_t sum = 0;
  for (auto s = segments_.rbegin(); s != segments_.rend() && sum <= enough; ++s) {
    if (s->name.number == place_.segment) return sum + s->limit() - place_.offset;
    if (s->name.first_record < next_) break;
    sum += s->limit();
  }
  return sum;
}

std::uint64_t DiskQueue::capacity_for(std::uint64_t entry_bytes) const {
  constexpr std::uint64_t page_bytes = 4096;
  const std::uint64_t needed =
      (cell_bytes + entry_bytes + page_bytes - 1) / page_bytes * page_bytes;
  return std::max(segment_bytes_, needed);
}

bool DiskQueue::fits(std::uint64_t entry_bytes) const {
  if (segments_.empty() || waiting() == 0) return true;
  const Segment& last = segments_.back();
  if (tail_open_ && last.end_bytes + entry_bytes <= last.capacity_bytes) return true;
  return segments_bytes() + capacity_for(entry_bytes) <= settings_.max_bytes;
}

CursorSlot DiskQueue::cursor_now() const {
  CursorSlot slot;
  slot.done = done_.done();
  slot.reader = done_place_;
  slot.gone = done_.above();
  slot.writer_sequence = sequence_;
  slot.writer = {last_number_, segments_.empty() ? 0 : segments_.back().limit(), appended_};
  return slot;
}

// ---- done ---------------------------------------------------------------------------------------------------

Status DiskQueue::write_cursor() {
  const std::lock_guard cursor(cursor_mutex_);
  CursorSlot slot;
  {
    const std::lock_guard lock(mutex_);
    slot = cursor_now();
  }
  return files_.write_cursor(std::move(slot));
}

// One file is kept to be written again: its space is allocated already.
void DiskQueue::recycle(const std::vector<Segment>& freed) {
  for (const Segment& s : freed) {
    const std::lock_guard cursor(cursor_mutex_);
    const std::string path = files_.path(s.name);
    bool wanted = false;
    {
      const std::lock_guard lock(mutex_);
      wanted = !spare_ && s.capacity_bytes == segment_bytes_;
    }
    if (!wanted || !files_.disk().rename(path, files_.path(QueueFiles::spare_name))) {
      (void)files_.disk().remove(path);
      continue;
    }
    // Without sync() this is when the slots change; see docs/queue-format.md.
    if (settings_.unsynced_bytes == 0) files_.keep_cursor();
    const std::lock_guard lock(mutex_);
    spare_ = s;
    spare_is_safe_ = false;
  }
}

Status DiskQueue::settle_disk(const std::vector<Segment>& freed) {
  Status written = write_cursor();
  recycle(freed);
  return written;
}

Status DiskQueue::done(std::uint64_t upto) {
  std::vector<Segment> freed;
  {
    const std::lock_guard lock(mutex_);
    upto = std::min(upto, appended_);
    if (upto <= done_.done()) return ok_status();
    done_.finish_below(upto);
    forget_done_entries();
    collect_done(false, freed);
  }
  return settle_disk(freed);
}

std::uint64_t DiskQueue::drop_oldest(std::uint64_t bytes) {
  const std::uint64_t needed = entry_bytes(bytes, meta_room_bytes);
  std::vector<Segment> freed;
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    while (!fits(needed)) {
      const std::uint64_t from = done_.first_open(next_);
      const Segment* const oldest = segment_of(from);
      if (from >= appended_ || oldest == nullptr) break;
      const RecordRange range{from, record_end(*oldest)};
      dropped += done_.open_in(range);
      done_.finish(range);
      next_ = range.end;
      const Segment* const following = segment_of(next_);
      next_ns_ = std::max(next_ns_, following->first_ns);
      ++epoch_;
      forget_done_entries();
      forget_held_entries();
      collect_done(true, freed);
    }
  }
  if (dropped != 0) (void)settle_disk(freed);
  return dropped;
}

// ---- reader -------------------------------------------------------------------------------------------------

void DiskQueue::rewind() {
  const std::lock_guard lock(mutex_);
  if (!in_flight_.empty()) {
    next_ns_ = in_flight_.front().time_ns;
    place_ = in_flight_.front().place;
  }
  next_ = done_.done();
  in_flight_.clear();
  done_place_ = place_;
  ++epoch_;
}

// The entry [from, behind) goes to the caller, without what of it is done.
DiskQueue::Taken DiskQueue::hand_over(const EntryPlace& from, const EntryPlace& behind,
                                      std::int64_t time_ns) {
  Taken taken;
  taken.first = std::max(next_, from.record);
  taken.time_ns = time_ns;
  in_flight_.push_back({from, behind.record, time_ns});
  if (in_flight_.size() == 1) done_place_ = from;
  next_ = behind.record;
  place_ = behind;
  next_ns_ = time_ns;
  return taken;
}

namespace {

// Records [first, end) of the entry that begins with record `from`.
Parcel rows_of(BlockRef block, std::uint64_t from, std::uint64_t first, std::uint64_t end) {
  Parcel rows = Parcel::whole(std::move(block));
  rows.row0 = static_cast<std::uint32_t>(first - from);
  rows.n_rows = static_cast<std::uint32_t>(end - first);
  return rows;
}

}  // namespace

std::optional<DiskQueue::Taken> DiskQueue::take_held() {
  const std::lock_guard lock(mutex_);
  next_ = done_.first_open(next_);
  forget_held_entries();
  if (cache_.empty() || cache_.front().place.record > next_) return std::nullopt;
  Held held = std::move(cache_.front());
  cache_.pop_front();
  cache_held_bytes_ -= held.block->cap_bytes();
  const EntryPlace behind{held.place.segment, held.place.offset + held.entry_bytes,
                          held.end_record};
  Taken taken = hand_over(held.place, behind, held.time_ns);
  taken.rows = rows_of(std::move(held.block), held.place.record, taken.first, next_);
  taken.meta = std::move(held.meta);
  if (!cache_.empty() && cache_.front().place.record == next_) next_ns_ = cache_.front().time_ns;
  return taken;
}

bool DiskQueue::aim(Aim& aim) {
  const std::lock_guard lock(mutex_);
  next_ = done_.first_open(next_);
  const Segment* segment = segment_of(next_);
  if (segment == nullptr && next_ < appended_) {  // Its file has vanished.
    skip({next_, segments_.empty() ? appended_ : segments_.front().name.first_record});
    next_ = done_.first_open(next_);
    segment = segment_of(next_);
  }
  if (next_ >= appended_ || segment == nullptr) return false;
  aim.epoch = epoch_;
  aim.next = next_;
  aim.segment = *segment;
  aim.record_end = record_end(*segment);
  aim.place = {segment->name.number, cell_bytes, segment->name.first_record};
  for (const EntryPlace& known : {done_place_, place_}) {
    if (known.segment == aim.place.segment && known.record <= next_ &&
        known.offset > aim.place.offset) {
      aim.place = known;
    }
  }
  return true;
}

bool DiskQueue::open_reader(const Aim& aim, Step& step) {
  if (reader_ && reader_->name().number == aim.segment.name.number) return true;
  auto file = files_.disk().open(files_.path(aim.segment.name), Disk::Mode::read);
  if (!file) {
    // Only a file that is not there is lost. That it cannot be opened may have any reason.
    const bool lost = file.error().kind == ErrorKind::permanent;
    step.kind = lost ? Step::Kind::end : Step::Kind::cannot_open;
    step.content.why = file.error().message;
    return false;
  }
  SegmentName name = aim.segment.name;
  name.queue_id = files_.queue_id();
  reader_ = std::make_unique<SegmentReader>(std::move(file).value(), name);
  const auto head = reader_->head();
  if (!head || (head->number == name.number && head->queue_id == name.queue_id)) return true;
  step.kind = Step::Kind::reused;
  reader_.reset();
  return false;
}

DiskQueue::Step DiskQueue::find_entry(const Aim& aim) {
  Step step;
  if (!open_reader(aim, step)) return step;
  SegmentReader::Look look{aim.place.offset, aim.segment.limit(), aim.place.record, false,
                           failures_ < failures_max};
  using Kind = SegmentReader::Kind;
  while (true) {
    step.found = reader_->look(look);
    const SegmentReader::Found& found = step.found;
    if (found.kind == Kind::unreadable) {
      step.kind = Step::Kind::failed;
      step.content.why = found.why;
      return step;
    }
    const bool beyond = found.kind == Kind::entry && found.header.first_record >= aim.record_end;
    if (found.kind == Kind::nothing || beyond) return step;
    if (found.end_record > aim.next) break;
    look.offset = found.next;
    look.record = found.end_record;
  }
  step.kind = step.found.kind == Kind::entry ? Step::Kind::entry : Step::Kind::damage;
  return step;
}

void DiskQueue::read_entry(const Aim& aim, Step& step) {
  using Payload = SegmentReader::Payload;
  switch (reader_->read(step.found, aim.segment.limit(), budget_, step.content)) {
    case Payload::sound: return;
    case Payload::no_memory:
      step.kind = Step::Kind::failed;
      step.error = ErrorKind::overloaded;
      step.content.why = "no memory within the budget";
      return;
    case Payload::unreadable:
      step.kind = failures_ < failures_max ? Step::Kind::failed : Step::Kind::damage;
      return;
    case Payload::damaged: step.kind = Step::Kind::damage;
  }
}

// With mutex_ held. True when records were passed over.
bool DiskQueue::apply(const Aim& aim, Step& step, std::optional<Taken>& taken) {
  const SegmentReader::Found& found = step.found;
  const std::uint64_t end = std::min(found.end_record, aim.record_end);
  const EntryPlace behind{aim.place.segment, found.next, end};
  switch (step.kind) {
    case Step::Kind::entry: break;
    case Step::Kind::reused:
      done_.finish({aim.next, aim.record_end});
      forget_done_entries();
      return true;
    case Step::Kind::damage:
      place_ = behind;
      skip({aim.next, end});
      return true;
    default: skip({aim.next, aim.record_end}); return true;
  }
  const EntryPlace from{aim.place.segment, found.offset, found.header.first_record};
  const bool gap = from.record > aim.next;
  if (gap) skip({aim.next, from.record});
  taken = hand_over(from, behind, found.header.time_ns);
  taken->rows = rows_of(std::move(step.content.block), from.record, taken->first, next_);
  taken->meta = std::move(step.content.meta);
  return gap;
}

std::optional<DiskQueue::Taken> DiskQueue::settle(const Aim& aim, Step& step) {
  std::vector<Segment> freed;
  std::optional<Taken> taken;
  bool passed_over = false;
  {
    const std::lock_guard lock(mutex_);
    if (epoch_ != aim.epoch) return std::nullopt;
    passed_over = apply(aim, step, taken);
    if (passed_over) collect_done(true, freed);
  }
  if (passed_over) (void)settle_disk(freed);
  return taken;
}

Result<DiskQueue::Taken> DiskQueue::give_up(const Step& step) {
  if (step.kind == Step::Kind::failed && step.error == ErrorKind::unavailable) ++failures_;
  return Error{step.error, "disk queue of " + settings_.owner + ": " + step.content.why};
}

void DiskQueue::keep_corrupt(const Aim& aim, const Step& step) {
  {
    const std::lock_guard lock(mutex_);
    if (epoch_ != aim.epoch) return;
  }
  const std::uint64_t end =
      std::min(step.found.next, step.found.offset + QueueFiles::corrupt_bytes_max);
  const std::string name = "record-" + std::to_string(aim.next) + "-segment-" +
                           std::to_string(aim.segment.name.number) + "-at-" +
                           std::to_string(step.found.offset);
  files_.keep_corrupt(name, reader_->raw(step.found.offset, end));
}

Result<DiskQueue::Taken> DiskQueue::take() {
  while (true) {
    if (auto held = take_held()) return std::move(*held);
    Aim where;
    if (!aim(where)) return Taken{};
    Step step = find_entry(where);
    if (step.kind == Step::Kind::entry) read_entry(where, step);
    if (step.kind >= Step::Kind::failed) return give_up(step);
    failures_ = 0;
    if (step.kind == Step::Kind::damage) keep_corrupt(where, step);
    if (auto taken = settle(where, step)) return std::move(*taken);
  }
}

}  // namespace weir::queue
