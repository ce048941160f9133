#pragma once

// What came since the last report, by series.
//
// There are two windows: one fills while the other is reported. Turning them round takes a moment, so that
// the receiving thread never waits while metrics are made of what it counted. The directory of series goes on
// from window to window; one that has become too large for what still comes ends with its window.
//
// Threads    add() with the lock held; take() from one thread at a time, without it. What take() gave is that
//            thread's until give_back().
// Errors     add() says what could not be counted.
// Limits     Those of Directory and ValuePool; set_members_max and distributions_max in a window.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/charge.hpp"
#include "plugins/common/memory/hash_index.hpp"
#include "plugins/inputs/statsd/directory.hpp"

namespace weir::statsd {

// One value of a line.
struct Sample {
  Type type = Type::gauge;
  bool additive = false;      // a gauge's value is a change
  std::int64_t integer = 0;   // counter
  double number = 0;          // all but set; counter with float_counters
  std::uint64_t times = 1;    // a timing stands for so many
  std::string_view member{};  // set
};

// The members of all sets, each once.
class Members {
 public:
  static constexpr std::uint32_t members_max = 1U << 20U;

  void attach(const host& home) { charge_.attach(home); }
  enum class Added : std::uint8_t { fresh, known, refused };
  Added add(const Cell* cell, std::string_view text);
  void clear();

  struct Member {
    const Cell* cell;
    std::string_view text;
  };
  const std::vector<Member>& all() const { return all_; }

 private:
  common::Charge charge_;
  common::Arena arena_;
  common::HashIndex index_;
  std::vector<Member> all_;
};

struct Window {
  static constexpr std::size_t distributions_max = std::size_t{1} << 20;

  struct Distribution {
    const Cell* cell;
    double value;
  };
  unsigned slot = 0;  // of the cells
  std::vector<Cell*> touched{};
  std::vector<Distribution> distributions{};
  Members members{};
  StatsMemory memory{};
  common::Charge charge{};               // of distributions
  std::unique_ptr<Directory> retired{};  // what touched points into, where it ends with this window
};

class Store {
 public:
  Store(const NameSettings& names, std::uint32_t percentile_limit, bool float_counters);

  void attach(const host& home);
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
  // The time of what is added from here on.
  void set_now(std::int64_t ns) { now_ns_ = ns; }
  enum class Outcome : std::uint8_t { ok, no_name, no_room };
  Outcome add(std::string_view bucket, std::string_view extra, const Sample& sample);

  // Begins another window and hands out the one before.
  Window& take();
  // It was reported: nothing of it is kept.
  static void give_back(Window& window);

 private:
  Outcome put(Cell& cell, Slot& slot, const Sample& sample);
  Outcome put_timing(Slot& slot, const Sample& sample);
  Outcome put_distribution(const Cell& cell, double value);

  const Names names_;
  const bool float_counters_;
  host home_;
  std::mutex mutex_;
  std::unique_ptr<Directory> directory_;  // guarded by mutex_
  std::array<Window, 2> windows_;         // guarded by mutex_, but for the one that was taken
  Window* filling_ = &windows_[0];        // guarded by mutex_
  std::int64_t now_ns_ = 0;               // guarded by mutex_
};

}  // namespace weir::statsd
