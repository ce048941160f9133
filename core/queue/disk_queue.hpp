#pragma once

// The durable queue in front of an output: entries of whole blocks in segment files, read again in order after a
// restart. docs/queue-format.md explains the files, design and reasons.
//
// Ownership  Holds a lock on its directory as long as it lives. Blocks of entries that the reader will want soon, or
//            that no sync() covered yet, are shared with the caller and count in the budget.
// Threads    append() by one thread at a time (the writer), take() and rewind() by one (the reader), all else by any.
//            A slow sync() holds up neither append() nor take().
// Errors     Of open(): bad_config (a newer format, another destination while records wait, a foreign directory,
//            read-only, held by another process), unavailable and overloaded (the disk); the message has the
//            remedy. Of the rest: unavailable (the disk), overloaded (no space, no memory): all stays as it is and
//            the same call may be made again later. Nothing ever has to be deleted by hand.
// Loss       After `stored` an entry survives SIGKILL; after the next good sync() a power cut. What cannot be read
//            back is skipped and counted, never more than the entry that the damage is in.
// Limits     Segment files take at most max_bytes, but for one entry that alone is larger, and for the time of a
//            repair after a failed sync(). Records done are remembered exactly behind at most CursorSlot::gone_max
//            gaps; beyond, some may be delivered again after a restart.

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/disk.hpp"
#include "core/queue/disk_format.hpp"
#include "core/queue/parcel.hpp"
#include "core/queue/queue_files.hpp"
#include "core/queue/record_ranges.hpp"
#include "core/queue/segment_reader.hpp"

namespace weir::queue {

class DiskQueue {
 public:
  struct Settings {
    std::string directory;    // Its own; made if absent.
    std::string owner;        // The output's stable name, for messages and for `weir queue`.
    std::string destination;  // Digest of where the output sends to; empty = unchecked.
    std::uint64_t max_bytes{std::uint64_t{1} << 30};  // Of all segments.
    std::uint64_t segment_bytes{64 << 20};  // At most; a 32nd of max_bytes where that is less.
    // Of appended blocks that are kept for the reader while it is no further behind than that.
    std::uint64_t cache_bytes{8 << 20};
    // Durability power: blocks are kept until a sync() covers them, so that they can be written again when it fails;
    // with more than that many bytes append() calls sync(). 0 = durability process: a failed sync() is an error until
    // the records it concerns are done.
    std::uint64_t unsynced_bytes{0};
    std::uint64_t id{0};  // Of a queue that is made; 0 = by chance.
  };

  // What open() found.
  struct Recovery {
    std::uint64_t records{0}, bytes{0};  // That wait. bytes is an estimate.
    // Damage seen in the last segment. These records wait, too, until take() comes to them, skips and counts them.
    std::uint64_t corrupt_entries{0}, lost_records{0};
    std::uint64_t torn_bytes{0};  // Of an entry whose append was never answered.
    std::vector<std::string> remarks;
  };
  static Result<std::unique_ptr<DiskQueue>> open(Disk& disk, Budget& budget, Settings settings,
                                                 Recovery& what);
  DiskQueue(const DiskQueue&) = delete;
  DiskQueue& operator=(const DiskQueue&) = delete;
  // Writes the cursor; does not sync().
  ~DiskQueue();

  enum class Append : std::uint8_t {
    stored,
    full,      // max_bytes
    no_space,  // The disk is full, before max_bytes.
    failed,    // Any other error; the next append begins a new segment.
  };
  // One entry: all rows of the parcel, which has to be a whole block (no mask, row0 0, n_rows all). why: in words, of
  // all but stored. meta: text kept with the entry. An entry that is larger than max_bytes fits into an empty queue.
  Append append(const Parcel& rows, std::int64_t now_wall_ns, std::string_view meta,
                std::string& why);

  // Group commit: everything appended before the call is durable when it succeeds. When it fails, everything since the
  // last good one is written again, to a new segment, by the next append() or sync().
  Status sync();
  // The number of the next record: they are numbered from 0 in order of appending, for ever.
  [[nodiscard]] std::uint64_t appended() const;
  // Records below it survived the last sync(). What open() found counts as durable: its sources were told so, or will
  // send it again.
  [[nodiscard]] std::uint64_t durable() const;

  struct Taken {
    Parcel rows;             // No block: nothing waits.
    std::uint64_t first{0};  // The number of the first selected row.
    std::int64_t time_ns{0};
    std::string meta;
  };
  // The next entry in order, from memory or read back and verified. Rows below done() are cut off. A corrupt entry is
  // skipped, its records are counted in skipped(), and its bytes are kept in the folder "corrupt". After an error the
  // caller waits a little and calls again; what the disk refuses to read for the fourth time counts as corrupt.
  Result<Taken> take();
  // Every record below it is done for good (delivered, dropped or dead-lettered). Idempotent, never moves back. An
  // error concerns only the cursor on disk: after a restart more would come again.
  Status done(std::uint64_t upto);
  [[nodiscard]] std::uint64_t done() const;
  // From now on the records go to another destination. One call at a time.
  Status redirect(const std::string& destination);
  // The reader begins again at done().
  void rewind();
  // What take() gives next has this number, or a higher one.
  [[nodiscard]] std::uint64_t next() const;
  // Drops the oldest records that nobody has taken, a segment's worth at a time, until an entry of so many bytes fits;
  // returns how many were dropped: less is not possible while the rest is being delivered.
  std::uint64_t drop_oldest(std::uint64_t bytes);

  [[nodiscard]] std::uint64_t records()
      const;  // That wait: appended and not done, dropped or skipped.
  [[nodiscard]] std::uint64_t bytes() const;       // Of entries that wait, about.
  [[nodiscard]] std::uint64_t disk_bytes() const;  // Of all segment files.
  [[nodiscard]] std::uint64_t skipped() const;     // Since open().
  // When the oldest waiting entry was appended, or the one before it; 0 = none waits.
  [[nodiscard]] std::int64_t oldest_ns() const;

 private:
  class Opening;

  // A segment of the queue's files. The last one is being written.
  struct Segment {
    SegmentName name;
    std::uint64_t capacity_bytes{0};
    std::uint64_t end_bytes{0};  // Behind its last entry; 0 = not known, up to the capacity.
    std::int64_t first_ns{0};
    [[nodiscard]] std::uint64_t limit() const {
      return end_bytes != 0 ? end_bytes : capacity_bytes;
    }
  };
  // An appended entry whose block is still here.
  struct Held {
    EntryPlace place;
    std::uint64_t end_record{0}, sequence{0}, entry_bytes{0};
    std::int64_t time_ns{0};
    BlockRef block;
    std::string meta;
  };
  // An entry that the reader has and is not done with.
  struct InFlight {
    EntryPlace place;
    std::uint64_t end_record{0};
    std::int64_t time_ns{0};
  };
  // Where the reader is about to look.
  struct Aim {
    std::uint64_t epoch{0}, next{0};
    Segment segment;
    bool last{false};  // The segment is the one being written.
    std::uint64_t record_end{0};
    EntryPlace place;
  };
  // What it found there.
  struct Step {
    enum class Kind : std::uint8_t {
      entry,
      damage,
      end,     // No entry follows in the segment.
      reused,  // The file is another segment's by now: the records were done.
      failed,
      cannot_open,
    } kind{Kind::end};
    SegmentReader::Found found;
    SegmentReader::Content content;
    ErrorKind error{ErrorKind::unavailable};
  };

  DiskQueue(QueueFiles files, Budget& budget, Settings settings);

  // ---- writer: with writer_mutex_ held ----
  Append store(Held& entry, std::string& why);
  Append make_room(std::uint64_t entry_bytes, std::string& why);
  SegmentName next_segment(std::uint64_t first_record);
  Append begin_segment(std::uint64_t capacity, bool from_spare, std::string& why);
  static Status write_entry(const Held& entry, DiskFile& file, const SegmentName& name);
  void publish(const Held& entry);
  Status repair();
  Status rewrite_kept(const SegmentName& name, std::uint64_t capacity);
  void adopt_rewritten(const SegmentName& name, std::uint64_t capacity);
  void leave_tail();

  // ---- sync(): with sync_mutex_ held ----
  struct Unsynced {
    std::vector<std::shared_ptr<DiskFile>> files;
    bool directory{false};
    std::uint64_t upto{0};
  };
  Result<Unsynced> unsynced();
  Status sync_all(const Unsynced& what);
  void sync_cursor_sometimes();
  void sync_failed();
  Status sync_succeeded(const Unsynced& what);

  // ---- reader ----
  std::optional<Taken> take_held();
  // False: nothing waits.
  bool aim(Aim& aim);
  // The entry that holds the next record, not yet read.
  Step find_entry(const Aim& aim);
  bool open_reader(const Aim& aim, Step& step);
  void read_entry(const Aim& aim, Step& step);
  std::optional<Taken> settle(const Aim& aim, Step& step);
  Result<Taken> give_up(const Step& step);
  void keep_corrupt(const Aim& aim, const Step& step);

  // ---- state: with mutex_ held ----
  const Segment* segment_of(std::uint64_t record) const;
  [[nodiscard]] std::uint64_t record_end(const Segment& segment) const;
  [[nodiscard]] std::uint64_t waiting() const;
  bool apply(const Aim& aim, Step& step, std::optional<Taken>& taken);
  void skip(RecordRange range);
  Taken hand_over(const EntryPlace& from, const EntryPlace& behind, std::int64_t time_ns);
  void forget_done_entries();
  void forget_held_entries();
  void collect_done(bool middle, std::vector<Segment>& freed);
  [[nodiscard]] std::uint64_t segments_bytes() const;
  [[nodiscard]] std::uint64_t unread_bytes(std::uint64_t enough) const;
  [[nodiscard]] std::uint64_t capacity_for(std::uint64_t entry_bytes) const;
  [[nodiscard]] bool fits(std::uint64_t entry_bytes) const;
  [[nodiscard]] CursorSlot cursor_now() const;

  // ---- what follows a change of the state, without mutex_ ----
  Status write_cursor();
  void recycle(const std::vector<Segment>& freed);
  Status settle_disk(const std::vector<Segment>& freed);

  const Settings settings_;
  Budget& budget_;
  QueueFiles files_;
  std::string destination_;  // What the meta file says, or would.
  std::uint64_t segment_bytes_{0};

  // One sync at a time; taken before writer_mutex_.
  std::mutex sync_mutex_;
  std::uint64_t syncs_{0};

  // Guards what only writing needs. Taken before cursor_mutex_ and mutex_.
  std::mutex writer_mutex_;
  std::shared_ptr<DiskFile> tail_file_;  // None: the next append begins a segment.
  bool tail_dirty_{false}, directory_dirty_{false};
  bool broken_{false};  // The last sync failed: kept_ has to be written again.
  std::vector<std::shared_ptr<DiskFile>> dirty_;
  std::deque<Held> kept_;
  std::atomic<std::uint64_t> kept_bytes_{0};
  std::uint64_t bytes_since_cursor_{0};

  // Guards the cursor file. Taken before mutex_.
  std::mutex cursor_mutex_;

  // Guards the rest; never held during I/O.
  mutable std::mutex mutex_;
  std::deque<Segment> segments_;  // Numbers and first records ascend.
  std::optional<Segment> spare_;  // Its file has the name of spare_file().
  bool tail_open_{false};         // The last segment is being written.
  bool spare_is_safe_{false};     // A cursor that does not need its old records is on the disk.
  std::uint64_t last_number_{0};  // Of a segment; none has it twice, as its checksums depend on it.
  std::uint64_t appended_{0}, sequence_{0}, durable_{0}, suspect_{0}, skipped_{0};
  RecordRanges done_;
  std::uint64_t next_{0};   // The record that take() gives next.
  EntryPlace place_;        // Of the entry with next_, or before it in the same segment.
  std::uint64_t epoch_{0};  // Changes when the reader has to look again.
  std::deque<InFlight> in_flight_;
  EntryPlace done_place_;    // Of the entry with done(), or before it.
  std::int64_t next_ns_{0};  // When the entry with next_ was appended, or the one before.
  std::deque<Held> cache_;   // For the reader, in order.
  std::uint64_t cache_held_bytes_{0};

  // The reader's own.
  std::unique_ptr<SegmentReader> reader_;
  int failures_{0};  // Of the disk at the reader's place, in a row.
};

}  // namespace weir::queue
