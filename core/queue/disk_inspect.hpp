#pragma once

// Looks into the directory of a disk queue without changing it and without its lock, also while an agent uses it: what it
// shows is then a moment old. Commands that change a queue open it as a DiskQueue.
//
// Threads  One at a time.
// Errors   bad_config for a directory that is no queue's or of a newer format; those of the disk. Damaged bytes are
//          shown, not an error. Segments that the agent has finished with meanwhile are passed over.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/disk.hpp"
#include "core/queue/queue_files.hpp"
#include "core/queue/record_ranges.hpp"
#include "core/queue/segment_reader.hpp"

namespace weir::queue {

class DiskInspect {
 public:
  // An entry, or a hole where records were.
  struct Item {
    bool damaged{false};
    bool done{false};  // Nobody waits for it any more.
    RecordRange records;
    EntryHeader header{};  // Of an entry.
    std::string meta;      // Of an entry; only checked where its content is read.
    std::string file;
    std::uint64_t offset{0}, bytes{0};
    BlockRef block;  // Of an entry whose content is read and sound.
  };
  // What waits, without reading it.
  struct Summary {
    std::uint64_t entries{0}, records{0}, bytes{0}, damaged_records{0};
    std::int64_t oldest_ns{0}, newest_ns{0};
    std::uint64_t file_bytes{0};
  };
  // False: no more is wanted.
  using Visit = std::function<bool(Item&)>;

  static Result<DiskInspect> open(Disk& disk, const std::string& directory);

  [[nodiscard]] const QueueMeta& meta() const { return meta_; }
  [[nodiscard]] std::uint64_t done() const { return done_.done(); }

  // Every entry that waits, in order. budget: content is read and verified, a damaged entry has no block; nullptr:
  // headers only.
  Status each(Budget* budget, const Visit& visit);
  Result<Summary> summary();

 private:
  struct Segment {
    SegmentName name;
    std::uint64_t end_record{0};
    std::uint64_t file_bytes{0};
    bool last{false};
  };
  DiskInspect(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}
  Status read_meta();
  Status list();
  struct Look {
    Budget* budget;
    const Visit& visit;
  };
  enum class Shown : std::uint8_t { more, end, enough };
  // False: the visitor wants no more.
  Result<bool> each_of(const Segment& segment, const Look& look);
  Shown show(SegmentReader& reader, const SegmentReader::Found& found, std::uint64_t record,
             const Segment& segment, const Look& look);
  bool fill(Item& item, SegmentReader& reader, const SegmentReader::Found& found, Budget* budget,
            const Segment& segment);

  Disk& disk_;
  std::string directory_;
  QueueMeta meta_;
  RecordRanges done_;
  std::vector<Segment> segments_;
};

}  // namespace weir::queue
