#pragma once

// One raw batch of many records, written straight from where the records lie.
//
//   block.clear(); block.add(text, time_ns); block.tag("k", "v"); ... ; block.write(buffer, source);
//
// Records without tags of their own share one range of tags, so that one call of the parser takes all of them.
//
// Ownership  Texts are borrowed until the block is written. Its own memory is used again.
// Threads    One thread.
// Limits     The caller keeps bytes() below WEIR_BATCH_BYTES_MAX.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/batch.hpp>

namespace weir::kafka_consumer {

struct Source {  // as weir_source
  std::string_view stream;
  std::uint32_t partition;
  std::int64_t first, next;
};

class RecordBlock {
 public:
  struct Tag {
    std::string_view key, value;
  };

  // common: of all records; it outlives the block.
  explicit RecordBlock(std::vector<Tag> common = {}) : common_(std::move(common)) {}
  void clear();
  void add(std::string_view text, std::int64_t time_ns);
  // Of the record that was added last: a tag that stands behind the common ones of the same key ...
  void tag(std::string_view key, std::string_view value);
  // ... what its metrics are called, and that its time is theirs, whatever they say.
  void name(std::string_view name) { records_.back().name = name; }
  void fix_time() { records_.back().fixed_time = true; }

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(records_.size()); }
  // Of the batch, at most.
  [[nodiscard]] std::uint64_t bytes(const Source& source) const;
  // Returns the bytes that the batch has.
  std::uint32_t write(std::uint8_t* to, const Source& source);

 private:
  struct Record {
    std::string_view text, name;
    std::int64_t time_ns;
    std::uint32_t tag0, n_tags;
    bool fixed_time;
  };
  class Writer;
  void order(Record& record);

  std::vector<Tag> common_;
  std::vector<Record> records_;
  std::vector<Tag> tags_;        // of single records
  std::vector<Tag> ordered_;     // of one, while they are put in order
  std::uint64_t text_bytes_{0};  // of messages, names and tags of single records
};

}  // namespace weir::kafka_consumer
