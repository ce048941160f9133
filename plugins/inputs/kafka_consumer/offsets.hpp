#pragma once

// Which records of a partition are safe, and so how far its offset may be committed.
//
// A batch of records goes out, and is acknowledged some time later, in any order. The position moves over a batch
// when it and all before it are safe. A refused batch and those behind it are to be read again: they no longer move
// the position, but count as on their way until they are acknowledged, too.
//
// Threads    One thread.
// Limits     Holds as many batches as are on their way; who emits bounds them by open_records().

#include <cstdint>
#include <deque>
#include <optional>

namespace weir::kafka_consumer {

class Offsets {
 public:
  // Of the next batch that goes out.
  [[nodiscard]] std::uint64_t next_number() const { return first_number_ + batches_.size(); }
  // Records [first, next) went out as one batch.
  void emitted(std::int64_t first, std::int64_t next, std::uint32_t records);
  // Records up to next have nothing that could go out.
  void skipped(std::int64_t next);
  // Everything of the batch is safe.
  void safe(std::uint64_t number);
  // Something of the batch was lost. Returns where to read again; nothing where that is known already.
  std::optional<std::int64_t> refused(std::uint64_t number);

  // What to commit: the offset behind the last record that is safe with all before it.
  [[nodiscard]] std::optional<std::int64_t> position() const { return position_; }
  [[nodiscard]] std::uint64_t open_records() const { return open_records_; }

 private:
  struct Batch {
    std::int64_t first, next;
    std::uint32_t records;
    bool ended, again;  // again: it was given up, and is read once more
  };
  Batch* open_batch(std::uint64_t number);
  void end(Batch& batch);

  std::deque<Batch> batches_;
  std::uint64_t first_number_{1};  // of batches_.front()
  std::uint64_t open_records_{0};
  std::optional<std::int64_t> position_;
};

}  // namespace weir::kafka_consumer
