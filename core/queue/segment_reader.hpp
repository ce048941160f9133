#pragma once

// Reads the entries of one segment, one after the other, and finds the next sound one behind damaged bytes.
//
// Threads  One at a time.
// Errors   Damaged bytes are a hole, which says where it ends and with which record what follows begins. What the
//          disk does not give is `unreadable`; with `patient` off such bytes count as damaged instead.
// Memory   A buffer of 64 KiB, a larger one for the time of a search.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/disk.hpp"
#include "core/queue/block.hpp"
#include "core/queue/disk_format.hpp"

namespace weir::queue {

class SegmentReader {
 public:
  enum class Kind : std::uint8_t { entry, hole, nothing, unreadable };
  struct Found {
    Kind kind{Kind::nothing};
    std::uint64_t offset{0}, next{0};  // Where it begins, and what follows.
    std::uint64_t end_record{0};       // Of entry and hole: the record that follows.
    EntryHeader header{};
    bool damaged{
        false};  // nothing: no entry follows, but the bytes are not the zeros behind a last entry.
    std::string why;
  };
  struct Look {
    std::uint64_t offset{0}, limit{0};  // Bytes from limit on do not count.
    std::uint64_t record{0};            // What stands there has no lower record than this.
    bool stop_at_zeros{true};           // Zeros where an entry could begin mean the end.
    bool patient{true};
  };
  enum class Payload : std::uint8_t { sound, damaged, unreadable, no_memory };

  SegmentReader(std::shared_ptr<DiskFile> file, SegmentName name)
      : file_(std::move(file)), name_(name) {}

  [[nodiscard]] const SegmentName& name() const { return name_; }
  [[nodiscard]] Found look(const Look& at);
  // The file's own description, where it is sound.
  [[nodiscard]] std::optional<SegmentHead> head();

  struct Content {
    BlockRef block;
    std::string meta;
    std::string why;
  };
  // Meta and batch of an entry, verified completely. limit as in Look.
  Payload read(const Found& entry, std::uint64_t limit, Budget& budget, Content& content);
  // Are the entry's checksum of meta and batch, and its footer, right? In pieces, without the memory of a batch.
  Payload check_payload(const Found& entry, std::uint64_t limit);
  Payload check_footer(const Found& entry, std::uint64_t limit);
  // The first bytes of a range, at most so many; those that cannot be read are missing.
  [[nodiscard]] std::vector<std::uint8_t> raw(std::uint64_t from, std::uint64_t to);

 private:
  const std::uint8_t* bytes(std::uint64_t at, std::uint64_t n, const Look& look, std::string& why);
  Found search(const Look& at);
  bool search_in(const std::uint8_t* chunk, std::uint64_t from, std::uint64_t to, Found& found,
                 std::uint64_t record) const;
  Payload add_to(std::uint32_t& crc, std::uint64_t at, std::uint64_t left);
  Payload fill(std::span<std::uint8_t> to, std::uint64_t at, std::string& why);

  const std::shared_ptr<DiskFile> file_;
  const SegmentName name_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t buffer_at_{0}, buffer_bytes_{0};
  std::uint64_t ahead_bytes_{64 << 10};  // How much is read at once: small entries come together.
};

}  // namespace weir::queue
