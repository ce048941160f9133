#include "core/queue/queue_files.hpp"

#include <algorithm>

namespace weir::queue {
namespace {

constexpr std::uint64_t meta_bytes_max = 64 << 10;
constexpr std::size_t slots = 2;

DiskFile::Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Result<std::vector<std::uint8_t>> read_whole(Disk& disk, const std::string& path,
                                             std::uint64_t bytes_max) {
  const auto file = disk.open(path, Disk::Mode::read);
  if (!file) return file.error();
  const Result<std::uint64_t> size = file.value()->bytes();
  if (!size) return size.error();
  std::vector<std::uint8_t> bytes(std::min(size.value(), bytes_max));
  const Result<std::size_t> n = file.value()->read(bytes, 0);
  if (!n) return n.error();
  bytes.resize(n.value());
  return bytes;
}

Status QueueFiles::take_lock() {
  Result<std::unique_ptr<DiskLock>> lock = disk_.lock(path(lock_name));
  if (!lock) return lock.error();
  lock_ = std::move(lock).value();
  return ok_status();
}

Result<std::optional<QueueMeta>> QueueFiles::read_meta() const {
  if (!disk_.exists(path(meta_name))) return std::optional<QueueMeta>();
  const auto bytes = read_whole(disk_, path(meta_name), meta_bytes_max);
  if (!bytes) return bytes.error();
  return queue_meta({reinterpret_cast<const char*>(bytes.value().data()), bytes.value().size()});
}

// Under another name first: whoever reads it finds the old one or the new one.
Status QueueFiles::write_meta(const QueueMeta& meta) const {
  const std::string fresh = path(std::string(meta_name) + ".new");
  auto file = disk_.open(fresh, Disk::Mode::create);
  if (!file) return file.error();
  if (Status cut = file.value()->truncate(0); !cut) return cut;
  const std::string text = to_text(meta);
  if (Status written = file.value()->write_one(bytes_of(text), 0); !written) return written;
  if (Status synced = file.value()->sync(); !synced) return synced;
  if (Status renamed = disk_.rename(fresh, path(meta_name)); !renamed) return renamed;
  return disk_.sync_directory(directory_);
}

Result<std::vector<CursorSlot>> QueueFiles::read_cursor() const {
  std::vector<CursorSlot> sound;
  const auto bytes = read_whole(disk_, path(cursor_name), slots * CursorSlot::bytes);
  if (!bytes && bytes.error().kind == ErrorKind::permanent) return sound;
  if (!bytes) return bytes.error();
  for (std::size_t i = 0; i < slots; ++i) {
    const std::size_t from = i * CursorSlot::bytes;
    if (bytes.value().size() < from + CursorSlot::bytes) break;
    if (auto slot = cursor_slot(std::span(bytes.value()).subspan(from))) {
      slot->at = i;
      sound.push_back(std::move(*slot));
    }
  }
  std::sort(sound.begin(), sound.end(),
            [](const CursorSlot& a, const CursorSlot& b) { return a.generation > b.generation; });
  return sound;
}

Status QueueFiles::open_cursor(std::uint64_t generation, std::size_t slot) {
  auto file = disk_.open(path(cursor_name), Disk::Mode::create);
  if (!file) return file.error();
  cursor_ = std::move(file).value();
  cursor_generation_ = generation;
  cursor_slot_ = slot;
  return ok_status();
}

Status QueueFiles::write_cursor(CursorSlot slot) {
  if (!cursor_) return ok_status();
  slot.queue_id = queue_id_;
  slot.generation = ++cursor_generation_;
  const auto bytes = to_bytes(slot);
  return cursor_->write_one(bytes, cursor_slot_ * CursorSlot::bytes);
}

Status QueueFiles::sync_cursor() { return cursor_->sync(); }

Status QueueFiles::begin_segment(DiskFile& file, const SegmentName& name, std::uint64_t capacity) {
  SegmentHead head;
  head.queue_id = name.queue_id;
  head.number = name.number;
  head.first_record = name.first_record;
  head.capacity_bytes = capacity;
  seal(head);
  // Zeros behind it: no entry yet, whatever an older use of the file left there.
  std::array<std::uint8_t, 2 * cell_bytes> bytes{};
  std::memcpy(bytes.data(), &head, sizeof head);
  return file.write_one(bytes, 0);
}

Result<std::shared_ptr<DiskFile>> QueueFiles::make_segment(const SegmentName& name,
                                                           std::uint64_t capacity, Make how) const {
  const bool from_spare = how == Make::from_spare;
  const std::string at =
      how == Make::fresh ? path(name) : path(from_spare ? spare_name : rewrite_name);
  auto opened = disk_.open(at, from_spare ? Disk::Mode::read_write : Disk::Mode::create);
  if (!opened) return opened.error();
  std::shared_ptr<DiskFile> file = std::move(opened).value();
  Status made = from_spare ? ok_status() : file->allocate(capacity);
  if (made) made = begin_segment(*file, name, capacity);
  if (made && from_spare) made = disk_.rename(at, path(name));
  if (made) return file;
  (void)disk_.remove(at);
  return made.error();
}

std::vector<SegmentName> QueueFiles::segments_in(const std::vector<std::string>& names) {
  std::vector<SegmentName> found;
  for (const std::string& name : names) {
    if (const auto segment = parse_segment_name(name)) found.push_back(*segment);
  }
  std::sort(found.begin(), found.end(),
            [](const SegmentName& a, const SegmentName& b) { return a.number < b.number; });
  return found;
}

void QueueFiles::keep_corrupt(const std::string& name, std::span<const std::uint8_t> bytes) const {
  const std::string folder = path(corrupt_name);
  if (!disk_.make_directories(folder)) return;
  const auto there = disk_.list(folder);
  if (!there || there.value().size() >= corrupt_files_max) return;
  auto file = disk_.open(folder + '/' + name, Disk::Mode::create);
  if (!file) return;
  (void)file.value()->write_one(bytes.first(std::min(bytes.size(), corrupt_bytes_max)), 0);
}

}  // namespace weir::queue
