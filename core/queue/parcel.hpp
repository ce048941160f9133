#pragma once

// Some rows of a block on their way: what stages hand to each other and what queues hold.
//
// Ownership  A parcel shares its block and owns its mask. Copies are cheap but for the mask.
// Lineage    token: a source's wish to know when everything made of its batch is safe; shared by all
//            parcels that descend from it, resolved when the last one is gone.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weir/abi.h>

#include "core/queue/block.hpp"
#include "core/queue/shared_bytes.hpp"

namespace weir::queue {

// Resolves when the last parcel of a lineage is gone: then every record of it has come to an end or lies where it
// survives the process. The worst outcome wins.
class Token {
 public:
  Token() = default;
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  virtual ~Token() = default;
  // A record of the lineage came to a bad end that trying again would not change: rejected, expired, unreadable.
  void lost() { raise(Fate::lost); }
  // A record of it is gone although it could have arrived, had there been memory or time: its source has to send it
  // again.
  void abandoned() { raise(Fate::abandoned); }
  [[nodiscard]] bool any_lost() const {
    return fate_.load(std::memory_order_relaxed) != Fate::safe;
  }
  [[nodiscard]] bool any_abandoned() const {
    return fate_.load(std::memory_order_relaxed) == Fate::abandoned;
  }

 private:
  enum class Fate : std::uint8_t { safe, lost, abandoned };
  void raise(Fate to) {
    Fate now = fate_.load(std::memory_order_relaxed);
    while (now < to && !fate_.compare_exchange_weak(now, to, std::memory_order_relaxed)) {
    }
  }
  std::atomic<Fate> fate_{Fate::safe};
};

// Wants to know how a raw parcel was read: told once, or gone without.
class Reading {
 public:
  Reading() = default;
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  virtual ~Reading() = default;
  // bad: records that could not be read; first: the first of them, in words.
  virtual void done(std::uint64_t metrics, std::uint64_t bad, std::string first) = 0;
};

struct Parcel {
  BlockRef block;
  std::vector<std::uint64_t> mask;  // Bit r is row r of the block; empty = all rows.
  std::uint32_t row0{0}, n_rows{0};
  std::uint32_t lane{0};
  std::uint64_t record_end{
      0};  // Of rows from disk: the number behind the last of them there. 0 = never were.
  std::int64_t queued_ns{0};  // When it came to the queue it is in, by the wall clock; 0 = not yet.
  std::vector<std::shared_ptr<Token>> tokens;
  std::shared_ptr<Reading> reading;  // Of raw rows, for the parse stage.
  // Where outputs of one format share the bytes of the block's rows; nullptr = nowhere.
  std::shared_ptr<SharedBytes> shared;

  [[nodiscard]] const std::uint64_t* mask_bits() const {
    return mask.empty() ? nullptr : mask.data();
  }
  // How many rows are selected.
  [[nodiscard]] std::uint32_t count() const;
  // A delivery of these rows; borrowed from the parcel.
  [[nodiscard]] weir_delivery delivery(std::uint64_t id) const;
  // Makes the mask explicit, so that bits can be cleared.
  std::vector<std::uint64_t>& explicit_mask();
  // All rows of a block.
  static Parcel whole(BlockRef block, std::uint32_t lane = 0);
};

// Bits [from, from + n) that are set; nullptr = all.
std::uint32_t count_bits(const std::uint64_t* bits, std::uint32_t from, std::uint32_t n);

}  // namespace weir::queue
