#pragma once

// The files of a disk queue's directory: names, lock, cursor, meta, segments.
//
//   queue      what the directory is (QueueMeta)
//   lock       held by the process that uses it
//   cursor     two slots, of which the newer sound one counts
//   N-R.seg    segment number N, whose first record is R
//   spare      a segment whose records are done, to be used again
//   rewrite    a segment that is being written again after a failed sync
//   corrupt/   copies of damaged entries, for a person to look at
//
// Threads  Every member may be called from any thread, but the cursor's by one at a time.
// Limits   corrupt_files_max copies of at most corrupt_bytes_max bytes.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/disk.hpp"
#include "core/queue/disk_format.hpp"

namespace weir::queue {

class QueueFiles {
 public:
  static constexpr std::size_t corrupt_files_max = 16;
  static constexpr std::uint64_t corrupt_bytes_max = 4 << 20;
  static constexpr const char* meta_name = "queue";
  static constexpr const char* lock_name = "lock";
  static constexpr const char* cursor_name = "cursor";
  static constexpr const char* spare_name = "spare";
  static constexpr const char* rewrite_name = "rewrite";
  static constexpr const char* corrupt_name = "corrupt";

  QueueFiles(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}

  [[nodiscard]] Disk& disk() const { return disk_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_ + '/' + name; }
  [[nodiscard]] std::string path(const SegmentName& name) const { return path(name.file()); }

  [[nodiscard]] std::uint64_t queue_id() const { return queue_id_; }
  void set_queue_id(std::uint64_t id) { queue_id_ = id; }

  Status take_lock();

  // Nothing where there is none or it is damaged.
  Result<std::optional<QueueMeta>> read_meta() const;
  Status write_meta(const QueueMeta& meta) const;

  // The slots that are sound, the one that counts first.
  Result<std::vector<CursorSlot>> read_cursor() const;
  // Over the older slot; the newer one stays until keep_cursor().
  Status open_cursor(std::uint64_t generation, std::size_t slot);
  Status write_cursor(CursorSlot slot);
  // The slot written last stays as it is, the other one is written from now on.
  void keep_cursor() { cursor_slot_ = 1 - cursor_slot_; }
  Status sync_cursor();

  enum class Make : std::uint8_t {
    fresh,       // A new file.
    from_spare,  // Of the spare one.
    to_rename,  // A new file with the name rewrite_name, which the caller renames when it is complete.
  };
  // A segment without entries. Where it fails, the file is gone.
  Result<std::shared_ptr<DiskFile>> make_segment(const SegmentName& name, std::uint64_t capacity,
                                                 Make how) const;

  // Numbers of the segments that are there, those of lower numbers first.
  [[nodiscard]] static std::vector<SegmentName> segments_in(const std::vector<std::string>& names);
  void keep_corrupt(const std::string& name, std::span<const std::uint8_t> bytes) const;

 private:
  static Status begin_segment(DiskFile& file, const SegmentName& name, std::uint64_t capacity);

  Disk& disk_;
  std::string directory_;
  std::uint64_t queue_id_{0};
  std::unique_ptr<DiskLock> lock_;
  std::unique_ptr<DiskFile> cursor_;
  std::uint64_t cursor_generation_{0};
  std::size_t cursor_slot_{0};
};

// The whole content of a small file.
Result<std::vector<std::uint8_t>> read_whole(Disk& disk, const std::string& path,
                                             std::uint64_t bytes_max);

}  // namespace weir::queue
