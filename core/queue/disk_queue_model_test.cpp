#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/queue/disk_queue.hpp"
#include "core/queue/sim_disk.hpp"
#include "core/queue/test_rows.hpp"

// Goal: whatever happens to process and disk, no record is lost that the queue answered for, none comes out of order
// or was never put in, and what is skipped is counted exactly.
// Method: random operations, faults, kills and power cuts on a simulated disk, against a model that knows what became
// of each record. One seed alone: WEIR_SEED=7; more of them: WEIR_RUNS=100000.

namespace weir::queue {
namespace {

enum class World : std::uint8_t {
  kills,  // The process dies, the disk may fail: what was stored stays.
  power,  // The power goes: what was durable stays.
};

struct Record {
  std::uint64_t id{0};     // What its row says; no two are equal.
  std::uint64_t entry{0};  // The first record of its entry.
  bool durable{false};
  bool done{false}, dropped{false}, skipped{false};
  bool ghost{false};  // Was never answered for, but is there.
  bool maybe{false};  // Was done before a death: comes again or not. Or could not be read.
  [[nodiscard]] bool wanted() const { return !done && !dropped && !skipped; }
};

class Run {
 public:
  Run(std::uint64_t seed, World world)
      : world_(world), any_(seed), disk_(seed), power_class_(below(3) != 0) {
    settings_.directory = "/q";
    settings_.owner = "outputs.test";
    settings_.max_bytes = (std::uint64_t{64} << below(4)) << 10;
    settings_.segment_bytes = std::uint64_t{4096} << below(4);
    settings_.cache_bytes = below(3) == 0 ? 0 : std::uint64_t{1} << (10 + below(8));
    settings_.unsynced_bytes = power_class_ ? std::uint64_t{1} << (12 + below(6)) : 0;
    settings_.id = seed + 1;
  }

  void play() {
    for (std::uint64_t life = 0; life < 3 + below(4) && fine(); ++life) {
      open();
      const std::uint64_t steps = below(80);
      if (life > 0 || below(2) == 0) plan_faults();
      for (std::uint64_t i = 0; i < steps && fine() && !disk_.dead(); ++i) step();
      end_life();
    }
    if (fine()) open();
    if (fine()) drain();
  }

 private:
  std::uint64_t below(std::uint64_t n) { return any_() % n; }
  static bool fine() { return !testing::Test::HasFatalFailure(); }
  [[nodiscard]] std::string where() const { return what_ + "\n" + disk_.story(); }
  Record& record(std::uint64_t number) { return records_.at(number); }

  // ---- one life ----

  void step() {
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
      case 3: append(); break;
      case 4:
      case 5:
      case 6: take(); break;
      case 7: done(); break;
      case 8: sync(); break;
      default: below(4) == 0 ? drop() : rewind();
    }
  }

  void append() {
    what_ = "append";
    const std::uint64_t first = queue_->appended();
    const auto n = static_cast<std::uint32_t>(1 + below(12));
    const auto text = static_cast<std::uint32_t>(below(6) == 0 ? below(2000) : below(40));
    const Parcel rows = numbered_rows(budget_, next_id_, n, text);
    std::string why;
    const auto answer =
        queue_->append(rows, static_cast<std::int64_t>(next_id_), meta_of(first), why);
    std::map<std::uint64_t, Record> entry;
    for (std::uint64_t r = 0; r < n; ++r) {
      entry[first + r].id = next_id_ + r;
      entry[first + r].entry = first;
    }
    next_id_ += n;
    if (answer == DiskQueue::Append::stored) {
      records_.insert(entry.begin(), entry.end());
      if (!lost_power_) ghosts_.clear();
      ASSERT_EQ(queue_->appended(), first + n) << where();
    } else {
      // Not stored, but a part of it may be on the disk, and after a death even all.
      ghosts_.push_back(std::move(entry));
      ASSERT_EQ(queue_->appended(), first) << where();
      if (!faults_ && !disk_.dead()) {
        ASSERT_EQ(answer, DiskQueue::Append::full) << why << where();
      }
    }
  }
  static std::string meta_of(std::uint64_t first) {
    return first % 3 == 0 ? std::string(first % 200, 'm') : std::string();
  }

  // The records that the reader has to give next: those that are wanted, from its place on.
  std::optional<std::uint64_t> next_wanted() const {
    for (auto r = records_.lower_bound(reader_); r != records_.end(); ++r) {
      if (r->second.wanted()) return r->first;
    }
    return std::nullopt;
  }

  // Records that the reader passed over were skipped: only some may be.
  void pass_over(std::uint64_t end) {
    for (auto r = records_.lower_bound(reader_); r != records_.end() && r->first < end; ++r) {
      Record& record = r->second;
      if (!record.wanted()) continue;
      // What the disk does not give is like damaged bytes.
      ASSERT_TRUE(record.maybe || may_be_lost(record) || unreadable_)
          << "record " << r->first << " was passed over" << where();
      record.skipped = true;
      ++skipped_max_;
    }
    reader_ = std::max(reader_, end);
    // How many of them it knew to be done is not known here.
    ASSERT_TRUE(lost_power_ || queue_->skipped() <= skipped_max_) << where();
  }
  [[nodiscard]] bool may_be_lost(const Record& record) const {
    return lost_power_ && !record.durable;
  }

  void take() {
    what_ = "take";
    const auto answer = queue_->take();
    if (disk_.dead()) {  // What the dead are told does not matter, but what they wrote before does.
      for (auto r = records_.lower_bound(reader_); r != records_.end(); ++r) {
        r->second.maybe = r->second.maybe || (unreadable_ && r->first < queue_->next());
      }
      return;
    }
    if (!answer) {
      ASSERT_TRUE(faults_) << answer.error().message << where();
      pass_over(queue_->next());
      return;
    }
    const DiskQueue::Taken& taken = answer.value();
    pass_over(taken.rows.block ? taken.first : queue_->appended());
    if (!fine()) return;
    if (!taken.rows.block) return;
    const std::vector<std::uint64_t> ids = numbers_of(taken.rows);
    ASSERT_EQ(next_wanted(), taken.first) << where();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ASSERT_TRUE(records_.contains(taken.first + i)) << "invented" << where();
      ASSERT_TRUE(is_known(taken.first + i, ids[i])) << taken.first + i << where();
    }
    ASSERT_EQ(taken.meta, meta_of(record(taken.first).entry)) << where();
    reader_ = taken.first + ids.size();
    in_flight_end_ = reader_;
  }

  // After a power cut a number may have been given twice, and the older one be there again.
  bool is_known(std::uint64_t number, std::uint64_t id) {
    if (record(number).id == id) return true;
    if (!may_be_lost(record(number)) && !record(number).ghost) return false;
    for (const auto& entry : ghosts_) {
      const auto at = entry.find(number);
      if (at == entry.end() || at->second.id != id) continue;
      record(number).id = id;
      record(number).entry = at->second.entry;
      return true;
    }
    return false;
  }

  void done() {
    what_ = "done";
    if (in_flight_end_ <= done_) return;
    const std::uint64_t upto = done_ + 1 + below(in_flight_end_ - done_);
    const bool kept = queue_->done(upto).ok();
    finish_below(upto);
    if (kept && !disk_.dead()) done_on_disk_ = done_;
    if (disk_.dead()) return;
    // What it remembers to be done behind that counts, too.
    for (auto r = records_.lower_bound(done_); r != records_.end() && r->first < queue_->done();
         ++r) {
      ASSERT_TRUE(!r->second.wanted() || r->second.maybe || lost_power_) << r->first << where();
      r->second.done = true;
    }
    ASSERT_GE(queue_->done(), done_) << where();
    done_ = queue_->done();
  }
  void finish_below(std::uint64_t upto) {
    for (auto& [number, record] : records_) {
      if (number < upto && record.wanted()) record.done = true;
    }
    done_ = std::max(done_, upto);
    while (records_.contains(done_) && !record(done_).wanted()) ++done_;
  }

  void sync() {
    what_ = "sync";
    const bool kept = queue_->sync().ok();
    if (disk_.dead()) return;
    if (!faults_) {
      ASSERT_TRUE(kept) << where();
    }
    if (!kept) return;
    ASSERT_EQ(queue_->durable(), queue_->appended()) << where();
    for (auto r = records_.lower_bound(found_); r != records_.end(); ++r) r->second.durable = true;
  }

  void rewind() {
    what_ = "rewind";
    queue_->rewind();
    reader_ = done_;
    in_flight_end_ = done_;
  }

  void drop() {
    what_ = "drop";
    const std::uint64_t dropped = queue_->drop_oldest(1000 + below(3000));
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    if (dropped == 0) return;
    for (auto r = records_.lower_bound(reader_); r != records_.end() && r->first < queue_->next();
         ++r) {
      if (!r->second.wanted()) continue;
      r->second.dropped = true;
      least += r->second.maybe ? 0 : 1;
      ++most;
    }
    ASSERT_TRUE(least <= dropped && (dropped <= most || lost_power_)) << where();
    reader_ = std::max(reader_, queue_->next());
    finish_below(0);
  }

  // ---- deaths ----

  void plan_faults() {
    const std::uint64_t n = below(3);
    for (std::uint64_t i = 0; i < n; ++i) {
      SimDisk::Plan plan;
      plan.after = below(40);
      plan.fault = random_fault(plan.of);
      plan.times = below(4) == 0 ? 1 + below(5) : 1;
      faults_ = true;
      disk_.plan(plan);
    }
  }
  SimDisk::Fault random_fault(SimDisk::Operation& of) {
    using Operation = SimDisk::Operation;
    static constexpr Operation spaced[] = {Operation::write, Operation::allocate};
    static constexpr Operation failing[] = {
        Operation::write, Operation::allocate, Operation::rename,        Operation::sync,
        Operation::open,  Operation::remove,   Operation::sync_directory};
    switch (below(6)) {
      case 0: of = spaced[below(2)]; return SimDisk::Fault::no_space;
      case 1: of = failing[below(7)]; return SimDisk::Fault::io_error;
      case 2: of = Operation::write; return SimDisk::Fault::torn_write;
      case 3: of = Operation::sync; return SimDisk::Fault::failed_sync;
      case 4:
        of = Operation::read;
        unreadable_ = true;
        return SimDisk::Fault::io_error;
      default: return world_ == World::power ? SimDisk::Fault::power_cut : SimDisk::Fault::kill;
    }
  }

  void end_life() {
    disk_.forget_plans();
    if (!disk_.dead()) {
      if (below(4) == 0) queue_.reset();
      world_ == World::power ? disk_.power_cut() : disk_.kill();
    }
    lost_power_ = lost_power_ || world_ == World::power;
    queue_.reset();
    disk_.restart();
    faults_ = unreadable_ = false;
  }

  // ---- a new life ----

  void open() {
    what_ = "open";
    while (below(3) == 0 && !opens_in_peace()) {
    }
    DiskQueue::Recovery found;
    auto opened = DiskQueue::open(disk_, budget_, settings_, found);
    ASSERT_TRUE(opened.ok()) << opened.error().message << where();
    queue_ = std::move(opened).value();
    for (const std::string& remark : found.remarks) what_ += "\n" + remark;
    match_appended();
    if (!fine()) return;
    match_done();
    skipped_max_ = 0;
    reader_ = in_flight_end_ = done_;
    found_ = queue_->appended();
  }

  // Another death, or a disk that fails, while the queue is being opened.
  bool opens_in_peace() {
    SimDisk::Plan plan;
    plan.after = below(30);
    plan.fault = below(2) == 0            ? SimDisk::Fault::io_error
                 : world_ == World::power ? SimDisk::Fault::power_cut
                                          : SimDisk::Fault::kill;
    disk_.plan(plan);
    DiskQueue::Recovery found;
    auto opened = DiskQueue::open(disk_, budget_, settings_, found);
    const bool ok = opened.ok();
    disk_.forget_plans();
    if (world_ == World::power && !disk_.dead() && below(2) == 0) disk_.power_cut();
    if (ok) opened.value().reset();
    disk_.restart();
    return ok;
  }

  // The last ones may have come that were never answered for; after a power cut some that were not durable are gone.
  void match_appended() {
    const std::uint64_t known = records_.empty() ? done_ : records_.rbegin()->first + 1;
    const std::uint64_t now = queue_->appended();
    for (std::uint64_t number = known; number < now; ++number) {
      const auto ghost = std::find_if(ghosts_.rbegin(), ghosts_.rend(),
                                      [&](const auto& entry) { return entry.contains(number); });
      ASSERT_NE(ghost, ghosts_.rend()) << known << " records, not " << now << where();
      Record& record = records_[number] = ghost->at(number);
      record.ghost = true;
    }
    while (!records_.empty() && records_.rbegin()->first >= now) {
      const auto last = std::prev(records_.end());
      ASSERT_TRUE(!last->second.wanted() || may_be_lost(last->second))
          << "record " << last->first << " is gone" << where();
      // A later power cut may bring it back.
      ghosts_.push_back({{last->first, last->second}});
      records_.erase(last);
    }
  }

  // What was done may come again after a power cut, or where the disk did not take it.
  void match_done() {
    const std::uint64_t now = queue_->done();
    for (auto& [number, record] : records_) {
      if (number < now) {
        ASSERT_TRUE(!record.wanted() || record.maybe || may_be_lost(record))
            << "record " << number << " counts as done, below " << now << where();
        record.done = true;
      } else if (!record.wanted()) {
        record.done = record.dropped = record.skipped = false;
        record.maybe = true;
      }
    }
    if (world_ == World::kills) {
      ASSERT_GE(now, done_on_disk_) << where();
    }
    done_ = done_on_disk_ = now;
    what_ += "\ndone " + std::to_string(now);
  }

  void drain() {
    what_ = "drain";
    while (fine()) {
      const std::uint64_t before = reader_;
      take();
      if (!fine() || reader_ == before) break;
    }
    ASSERT_EQ(next_wanted(), std::nullopt) << where();
  }

  const World world_;
  std::mt19937_64 any_;
  SimDisk disk_;
  Budget budget_{1 << 30};
  const bool power_class_;
  DiskQueue::Settings settings_;
  std::unique_ptr<DiskQueue> queue_;
  std::map<std::uint64_t, Record> records_;
  std::vector<std::map<std::uint64_t, Record>> ghosts_;
  std::uint64_t next_id_{1000}, reader_{0}, in_flight_end_{0}, done_{0}, done_on_disk_{0};
  std::uint64_t skipped_max_{0}, found_{0};
  bool faults_{false}, unreadable_{false}, lost_power_{false};
  std::string what_;
};

// Sanitizers take ten times as long.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t usual_runs = 200;
#else
constexpr std::uint64_t usual_runs = 1500;
#endif

// Runs with many seeds, or with the one that the environment names.
void play(World world, std::uint64_t first, std::uint64_t runs) {
  if (const char* only = std::getenv("WEIR_SEED")) {
    first = std::stoull(only);
    runs = 1;
  }
  if (const char* many = std::getenv("WEIR_RUNS")) runs = std::stoull(many);
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Run(seed, world).play();
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

TEST(DiskQueueModel, LosesNothingWhenItIsKilled) { play(World::kills, 1, usual_runs); }
TEST(DiskQueueModel, LosesNothingDurableWhenThePowerGoes) { play(World::power, 1, usual_runs); }

}  // namespace
}  // namespace weir::queue
