#include "core/queue/disk_queue.hpp"

#include <unistd.h>

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/queue/sim_disk.hpp"
#include "core/queue/test_rows.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::queue {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

class DiskQueueTest : public testing::Test {
 protected:
  explicit DiskQueueTest(Disk& disk = system_disk()) : disk_(disk) {
    settings_.directory = dir_.file("queue");
    settings_.owner = "outputs.test";
    settings_.max_bytes = 1 << 20;
  }

  void open() {
    queue_.reset();
    auto opened = DiskQueue::open(disk_, budget_, settings_, found_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    queue_ = std::move(opened).value();
  }
  std::string open_error() {
    queue_.reset();
    auto opened = DiskQueue::open(disk_, budget_, settings_, found_);
    return opened ? "opened" : opened.error().message;
  }

  DiskQueue::Append append(std::uint32_t n, std::string_view meta = "") {
    const std::uint64_t first = queue_->appended();
    return queue_->append(numbered_rows(budget_, first, n),
                          static_cast<std::int64_t>(first + 1) * second_ns, meta, why_);
  }
  void append_many(int times, std::uint32_t n) {
    for (int i = 0; i < times; ++i) ASSERT_EQ(append(n), DiskQueue::Append::stored) << why_;
  }
  DiskQueue::Taken take() {
    auto taken = queue_->take();
    EXPECT_TRUE(taken.ok()) << taken.error().message;
    return taken ? std::move(taken).value() : DiskQueue::Taken{};
  }
  // Everything that waits, delivered; true when it is exactly these records in order.
  void expect_records(std::uint64_t first, std::uint64_t end) {
    while (first < end) {
      const DiskQueue::Taken t = take();
      ASSERT_TRUE(t.rows.block) << "nothing at " << first;
      ASSERT_EQ(t.first, first);
      ASSERT_EQ(numbers_of(t.rows), numbers(first, first + t.rows.count()));
      first += t.rows.count();
      ASSERT_TRUE(queue_->done(first).ok());
    }
    EXPECT_EQ(first, end);
    EXPECT_FALSE(take().rows.block);
  }
  std::vector<std::string> segments() {
    std::vector<std::string> found;
    const auto names = disk_.list(settings_.directory);
    for (const std::string& name : names.value()) {
      if (parse_segment_name(name)) found.push_back(settings_.directory + '/' + name);
    }
    return found;
  }

  Disk& disk_;
  test::TempDir dir_;
  Budget budget_{1 << 30};
  DiskQueue::Settings settings_;
  DiskQueue::Recovery found_;
  std::string why_;
  std::unique_ptr<DiskQueue> queue_;
};

TEST_F(DiskQueueTest, GivesBackInOrderWhatWasAppended) {
  open();
  append_many(3, 5);
  EXPECT_EQ(queue_->appended(), 15U);
  EXPECT_EQ(queue_->records(), 15U);
  EXPECT_EQ(queue_->oldest_ns(), second_ns);
  expect_records(0, 15);
  EXPECT_EQ(queue_->records(), 0U);
  EXPECT_EQ(queue_->oldest_ns(), 0);
}

TEST_F(DiskQueueTest, KeepsWhatIsNotDoneOverARestart) {
  open();
  append_many(4, 5);
  take();
  take();
  ASSERT_TRUE(queue_->done(7).ok());
  open();
  EXPECT_EQ(found_.records, 13U);
  EXPECT_TRUE(found_.remarks.empty()) << found_.remarks[0];
  EXPECT_EQ(queue_->oldest_ns(), 6 * second_ns);
  expect_records(7, 20);
  open();
  EXPECT_EQ(found_.records, 0U);
  append_many(1, 5);
  expect_records(20, 25);
}

TEST_F(DiskQueueTest, KeepsMetaAndTime) {
  open();
  append_many(1, 5);
  ASSERT_EQ(append(3, "why it is dead"), DiskQueue::Append::stored);
  settings_.cache_bytes = 0;
  open();
  EXPECT_EQ(take().meta, "");
  const DiskQueue::Taken t = take();
  EXPECT_EQ(t.meta, "why it is dead");
  EXPECT_EQ(t.time_ns, 6 * second_ns);
}

TEST_F(DiskQueueTest, ReadsFromDiskWhatTheCacheDoesNotHold) {
  settings_.cache_bytes = 4 << 10;
  open();
  append_many(50, 10);
  expect_records(0, 500);
}

TEST_F(DiskQueueTest, BeginsAgainAtDone) {
  open();
  append_many(4, 5);
  take();
  take();
  take();
  ASSERT_TRUE(queue_->done(5).ok());
  queue_->rewind();
  expect_records(5, 20);
}

TEST_F(DiskQueueTest, RefusesWhenItIsFullAndTakesMoreWhenSomeIsDone) {
  settings_.max_bytes = 128 << 10;
  open();
  while (append(100) == DiskQueue::Append::stored) {
  }
  EXPECT_NE(why_.find("max_bytes"), std::string::npos);
  EXPECT_LE(queue_->disk_bytes(), settings_.max_bytes);
  const std::uint64_t all = queue_->appended();
  EXPECT_GT(all, 1000U);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue_->done(take().first + 100).ok());
  EXPECT_EQ(append(100), DiskQueue::Append::stored);
  expect_records(300, all + 100);
}

TEST_F(DiskQueueTest, UsesItsFilesAgain) {
  settings_.max_bytes = 128 << 10;
  open();
  for (std::uint64_t i = 0; i < 300; ++i) {
    append_many(1, 100);
    expect_records(i * 100, i * 100 + 100);
  }
  EXPECT_LE(segments().size(), 2U);
  open();
  append_many(3, 100);
  expect_records(30000, 30300);
}

TEST_F(DiskQueueTest, DropsTheOldestThatNobodyHas) {
  settings_.max_bytes = 128 << 10;
  open();
  while (append(100) == DiskQueue::Append::stored) {
  }
  const std::uint64_t all = queue_->appended();
  const DiskQueue::Taken mine = take();
  const std::uint64_t dropped = queue_->drop_oldest(4096);
  EXPECT_GT(dropped, 0U);
  EXPECT_LT(dropped, all / 4);
  EXPECT_EQ(queue_->records(), all - dropped);
  EXPECT_EQ(append(100), DiskQueue::Append::stored);
  // Neither what is being delivered nor what was dropped comes twice, also after a restart.
  open();
  EXPECT_EQ(queue_->records(), all + 100 - dropped);
  EXPECT_EQ(numbers_of(take().rows), numbers_of(mine.rows));
  ASSERT_TRUE(queue_->done(100).ok());
  EXPECT_EQ(queue_->done(), 100 + dropped);
  expect_records(100 + dropped, all + 100);
  EXPECT_EQ(queue_->skipped(), 0U);
}

TEST_F(DiskQueueTest, TakesAnEntryThatAloneIsTooLarge) {
  settings_.max_bytes = 64 << 10;
  open();
  ASSERT_EQ(append(5000), DiskQueue::Append::stored) << why_;
  EXPECT_EQ(append(500), DiskQueue::Append::full);
  expect_records(0, 5000);
  EXPECT_EQ(append(5), DiskQueue::Append::stored);
}

TEST_F(DiskQueueTest, SaysWhatIsDurable) {
  open();
  append_many(2, 5);
  EXPECT_EQ(queue_->durable(), 0U);
  ASSERT_TRUE(queue_->sync().ok());
  EXPECT_EQ(queue_->durable(), 10U);
}

TEST_F(DiskQueueTest, RefusesAPartOfABlock) {
  open();
  Parcel some = numbered_rows(budget_, 0, 5);
  some.row0 = 1;
  some.n_rows = 4;
  EXPECT_EQ(queue_->append(some, 0, "", why_), DiskQueue::Append::failed);
  EXPECT_EQ(queue_->records(), 0U);
}

// ---- directories --------------------------------------------------------------------------------------------

TEST_F(DiskQueueTest, IsForOneProcess) {
  open();
  DiskQueue::Recovery other;
  auto second = DiskQueue::open(disk_, budget_, settings_, other);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::bad_config);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())),
            std::string::npos);
}

TEST_F(DiskQueueTest, RefusesAForeignDirectory) {
  dir_.write("queue/thesis.tex", "years of work");
  EXPECT_NE(open_error().find("thesis.tex"), std::string::npos);
  EXPECT_EQ(dir_.read("queue/thesis.tex"), "years of work");
}

TEST_F(DiskQueueTest, RefusesANewerFormat) {
  open();
  append_many(1, 5);
  queue_.reset();
  dir_.write("queue/queue", to_text({2, 7, "outputs.test", ""}));
  EXPECT_NE(open_error().find("newer Weir (format 2"), std::string::npos);
}

TEST_F(DiskQueueTest, RefusesAnotherDestinationWhileRecordsWait) {
  settings_.destination = "here";
  open();
  append_many(1, 5);
  settings_.destination = "there";
  EXPECT_NE(open_error().find("5 records for another destination"), std::string::npos);
  settings_.destination = "here";
  open();
  expect_records(0, 5);
  settings_.destination = "there";
  open();
}

// ---- a disk that can be broken ------------------------------------------------------------------------------

class BrokenDiskTest : public DiskQueueTest {
 protected:
  BrokenDiskTest() : DiskQueueTest(sim_) {
    settings_.directory = "/q";
    settings_.max_bytes = 256 << 10;  // segments of 8 KiB
  }
  void TearDown() override { queue_.reset(); }  // Before the disk.
  // A process that is killed, or a power cut, and a new one.
  enum class Death : std::uint8_t { kill, power };
  void die(Death how) {
    how == Death::power ? sim_.power_cut() : sim_.kill();
    queue_.reset();
    sim_.restart();
    open();
  }
  void fail(SimDisk::Fault fault, SimDisk::Operation of, std::string path = "") {
    sim_.plan({fault, 0, of, std::move(path), 1});
  }
  SimDisk sim_{7};
};

using Fault = SimDisk::Fault;
using Operation = SimDisk::Operation;

TEST_F(BrokenDiskTest, ContinuesAtTheSamePlaceWhenThereIsSpaceAgain) {
  open();
  append_many(2, 10);
  fail(Fault::no_space, Operation::write, ".seg");
  EXPECT_EQ(append(10), DiskQueue::Append::no_space);
  append_many(2, 10);
  EXPECT_EQ(segments().size(), 1U);
  die(Death::kill);
  expect_records(0, 40);
}

TEST_F(BrokenDiskTest, SaysThatTheDiskIsFullWithoutASegment) {
  open();
  append_many(1, 10);
  sim_.set_space(20 << 10);
  while (append(10) == DiskQueue::Append::stored) {
  }
  EXPECT_NE(why_.find("no space left"), std::string::npos);
  const std::uint64_t all = queue_->appended();
  die(Death::kill);
  expect_records(0, all);
}

TEST_F(BrokenDiskTest, LeavesASegmentThatCannotBeWritten) {
  open();
  append_many(2, 10);
  fail(Fault::torn_write, Operation::write, ".seg");
  EXPECT_EQ(append(10), DiskQueue::Append::failed);
  EXPECT_NE(why_.find("I/O error"), std::string::npos);
  append_many(2, 10);
  EXPECT_EQ(segments().size(), 2U);
  die(Death::kill);
  expect_records(0, 40);
}

TEST_F(BrokenDiskTest, WritesAgainWhatAFailedSyncMayHaveLost) {
  settings_.unsynced_bytes = 64 << 10;
  open();
  append_many(2, 10);
  ASSERT_TRUE(queue_->sync().ok());
  append_many(3, 10);
  fail(Fault::failed_sync, Operation::sync, ".seg");
  EXPECT_FALSE(queue_->sync().ok());
  EXPECT_EQ(queue_->durable(), 20U);
  ASSERT_TRUE(queue_->sync().ok());
  EXPECT_EQ(queue_->durable(), 50U);
  die(Death::power);
  expect_records(0, 50);
}

TEST_F(BrokenDiskTest, SyncsByItselfWhenMuchIsNotSynced) {
  settings_.unsynced_bytes = 4 << 10;
  open();
  append_many(20, 20);
  EXPECT_GT(queue_->durable(), 300U);
}

TEST_F(BrokenDiskTest, SaysUntilDeliveryThatASyncHasFailed) {
  open();
  append_many(2, 10);
  fail(Fault::failed_sync, Operation::sync);
  EXPECT_FALSE(queue_->sync().ok());
  append_many(1, 10);
  const Status again = queue_->sync();
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("20 records"), std::string::npos);
  take();
  take();
  ASSERT_TRUE(queue_->done(20).ok());
  EXPECT_TRUE(queue_->sync().ok());
  EXPECT_EQ(queue_->durable(), 30U);
}

TEST_F(BrokenDiskTest, ReadsAgainWhatTheDiskRefusedOnce) {
  settings_.cache_bytes = 0;
  open();
  append_many(3, 10);
  sim_.plan(
      {Fault::io_error, 1, Operation::read, ".seg", 1});  // The first is for the segment's head.
  const auto refused = queue_->take();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  expect_records(0, 30);
}

TEST_F(BrokenDiskTest, CutsATornEntryOff) {
  open();
  append_many(2, 10);
  sim_.plan({Fault::kill, 0, Operation::write, ".seg", 1});
  (void)append(500);
  die(Death::kill);
  EXPECT_EQ(queue_->appended(), 20U);
  append_many(1, 10);
  expect_records(0, 30);
}

TEST_F(BrokenDiskTest, OpensWithoutReadingWhatWaits) {
  settings_.max_bytes = 4 << 20;
  settings_.segment_bytes = 16 << 10;
  open();
  append_many(400, 100);
  ASSERT_GT(segments().size(), 100U);
  queue_.reset();
  const std::uint64_t before = sim_.operations();
  open();
  EXPECT_LT(sim_.operations() - before, 40U);
  expect_records(0, 40000);
}

// ---- damage -------------------------------------------------------------------------------------------------

class DamageTest : public BrokenDiskTest {
 protected:
  // Entries of 3 + i rows with and without meta in some segments, all of them waiting.
  void fill() {
    settings_.id = 5;
    open();
    for (std::uint32_t i = 0; i < 40; ++i) {
      entries_.push_back(queue_->appended());
      ASSERT_EQ(append(3 + i, i % 3 == 0 ? "some meta" : ""), DiskQueue::Append::stored);
    }
    entries_.push_back(queue_->appended());
    queue_.reset();
    for (const std::string& path : sim_.files()) sound_[path] = sim_.content(path);
    ASSERT_GT(segments().size(), 3U);
  }
  void restore() {
    queue_.reset();
    for (const std::string& path : sim_.files()) {
      if (!sound_.contains(path)) (void)sim_.remove(path);
    }
    for (const auto& [path, bytes] : sound_) sim_.put(path, bytes);
  }
  // Opens, takes everything; the entries that did not come.
  std::vector<std::size_t> missing() {
    open();
    std::vector<std::size_t> lost;
    std::uint64_t rows = 0;
    for (std::size_t i = 0; i + 1 < entries_.size();) {
      const DiskQueue::Taken t = take();
      const std::uint64_t first = t.rows.block ? t.first : entries_.back();
      for (; i + 1 < entries_.size() && entries_[i] < first; ++i) {
        lost.push_back(i);
        rows += entries_[i + 1] - entries_[i];
      }
      if (!t.rows.block) break;
      EXPECT_EQ(numbers_of(t.rows), numbers(entries_[i], entries_[i + 1]));
      EXPECT_EQ(t.meta, i % 3 == 0 ? "some meta" : "");
      ++i;
    }
    EXPECT_EQ(queue_->skipped(), rows);
    return lost;
  }
  std::vector<std::uint64_t> entries_;
  std::map<std::string, std::vector<std::uint8_t>> sound_;
};

// Sanitizers take ten times as long.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int flips = 200;
#else
constexpr int flips = 1500;
#endif

TEST_F(DamageTest, OfOneBitCostsAtMostItsEntry) {
  ASSERT_NO_FATAL_FAILURE(fill());
  std::mt19937_64 any(11);
  std::size_t harmful = 0;
  for (int round = 0; round < flips; ++round) {
    restore();
    auto at = std::next(sound_.begin(), static_cast<std::ptrdiff_t>(any() % sound_.size()));
    if (at->second.empty()) continue;
    const std::uint64_t bit = any() % (at->second.size() * 8);
    sim_.flip(at->first, bit);
    SCOPED_TRACE(at->first + ", bit " + std::to_string(bit));
    const std::vector<std::size_t> lost = missing();
    ASSERT_LE(lost.size(), 1U);
    ASSERT_FALSE(testing::Test::HasFailure());
    harmful += lost.size();
  }
  EXPECT_GT(harmful, flips / 8U);
}

// Each bit of the first entry's header, of its footer and of what is before them.
TEST_F(DamageTest, OfAHeaderIsCountedExactly) {
  ASSERT_NO_FATAL_FAILURE(fill());
  const std::string first = segments().front();
  for (std::uint64_t bit = 0; bit < 2 * cell_bytes * 8; ++bit) {
    restore();
    sim_.flip(first, bit);
    const bool in_header = bit / 8 >= cell_bytes;
    ASSERT_EQ(missing(), in_header ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
    ASSERT_FALSE(testing::Test::HasFailure()) << bit;
  }
}

TEST_F(DamageTest, KeepsACopyForAPersonToLookAt) {
  ASSERT_NO_FATAL_FAILURE(fill());
  sim_.flip(segments().front(), (cell_bytes + 5) * 8);
  EXPECT_EQ(missing().size(), 1U);
  const auto copies = sim_.list("/q/corrupt");
  ASSERT_EQ(copies.value().size(), 1U);
  EXPECT_EQ(sim_.content("/q/corrupt/" + copies.value()[0]).size(),
            entry_bytes(numbered_rows(budget_, 0, 3).block.batch()->total, 9));
}

TEST_F(DamageTest, OfTheLastEntryIsCounted) {
  ASSERT_NO_FATAL_FAILURE(fill());
  const std::vector<std::uint8_t>& bytes = sound_[segments().back()];
  std::uint64_t end = bytes.size();  // The footer is the last that is not zero.
  while (bytes[end - 1] == 0) --end;
  sim_.flip(segments().back(), (end - 200) * 8);
  EXPECT_EQ(missing(), std::vector<std::size_t>{39});
}

TEST_F(DamageTest, OfAMissingSegmentIsCounted) {
  ASSERT_NO_FATAL_FAILURE(fill());
  const std::vector<std::string> all = segments();
  ASSERT_TRUE(sim_.remove(all[1]).ok());
  const std::vector<std::size_t> lost = missing();
  EXPECT_GT(lost.size(), 1U);
  EXPECT_EQ(lost.back() - lost.front() + 1, lost.size());
}

TEST_F(DamageTest, OfATruncatedSegmentIsCounted) {
  ASSERT_NO_FATAL_FAILURE(fill());
  for (const std::string& path : segments()) {
    for (const std::size_t part : {0U, 30U, 64U, 100U, 3000U, 4096U}) {
      restore();
      std::vector<std::uint8_t> bytes = sound_[path];
      bytes.resize(part);
      sim_.put(path, bytes);
      (void)missing();  // It compares the counts.
      ASSERT_FALSE(testing::Test::HasFailure()) << path << ' ' << part;
      append_many(1, 5);
    }
  }
}

TEST_F(DamageTest, OfTheOtherFilesCostsNothing) {
  ASSERT_NO_FATAL_FAILURE(fill());
  for (const char* name : {"/q/queue", "/q/cursor"}) {
    restore();
    ASSERT_TRUE(sim_.remove(name).ok());
    EXPECT_TRUE(missing().empty()) << name;
    EXPECT_EQ(found_.remarks.size(), 1U);
    restore();
    sim_.put(name, std::vector<std::uint8_t>(9000, 'x'));
    EXPECT_TRUE(missing().empty()) << name;
    EXPECT_EQ(found_.remarks.size(), 1U);
  }
}

TEST_F(DamageTest, OfAllThatSaysWhoseItIsMovesTheSegmentsAway) {
  ASSERT_NO_FATAL_FAILURE(fill());
  for (const std::string& path : segments()) sim_.flip(path, 9);
  ASSERT_TRUE(sim_.remove("/q/queue").ok());
  ASSERT_TRUE(sim_.remove("/q/cursor").ok());
  const std::size_t all = segments().size();
  open();
  EXPECT_EQ(queue_->records(), 0U);
  EXPECT_EQ(found_.remarks.size(), 2U);
  EXPECT_EQ(sim_.list("/q/corrupt").value().size(), all);
  append_many(1, 5);
  expect_records(0, 5);
}

// ---- cursors ------------------------------------------------------------------------------------------------

TEST_F(DamageTest, TakesACursorOfAnotherQueueForNone) {
  ASSERT_NO_FATAL_FAILURE(fill());
  CursorSlot other;
  other.queue_id = 6;
  other.generation = 99;
  other.done = 400;
  const auto bytes = to_bytes(other);
  sim_.put("/q/cursor", {bytes.begin(), bytes.end()});
  EXPECT_TRUE(missing().empty());
}

TEST_F(DamageTest, GivesNoNumberTwiceWhenTheCursorIsAhead) {
  ASSERT_NO_FATAL_FAILURE(fill());
  CursorSlot ahead;
  ahead.queue_id = 5;
  ahead.generation = 99;
  ahead.done = 5000;
  const auto bytes = to_bytes(ahead);
  sim_.put("/q/cursor", {bytes.begin(), bytes.end()});
  open();
  EXPECT_EQ(queue_->records(), 0U);
  EXPECT_EQ(queue_->appended(), 5000U);
  ASSERT_EQ(found_.remarks.size(), 1U);
  append_many(1, 5);
  open();
  expect_records(5000, 5005);
}

TEST_F(DamageTest, BeginsWithTheOldestSegmentWhenTheCursorIsOlder) {
  ASSERT_NO_FATAL_FAILURE(fill());
  ASSERT_TRUE(sim_.remove(segments().front()).ok());
  open();
  EXPECT_EQ(found_.remarks.size(), 1U);
  EXPECT_EQ(queue_->skipped(), 0U);
  expect_records(queue_->done(), queue_->appended());
}

// ---- threads ------------------------------------------------------------------------------------------------

// For the thread sanitizer: everybody at once.
TEST_F(BrokenDiskTest, IsForAWriterAReaderAndOthers) {
  constexpr std::uint64_t all = 20'000;
  settings_.max_bytes = 64 << 10;
  settings_.cache_bytes = 8 << 10;
  settings_.unsynced_bytes = 32 << 10;
  open();
  std::atomic<bool> written{false};
  std::thread writer([&] {
    while (queue_->appended() < all) {
      if (append(50) != DiskQueue::Append::stored) std::this_thread::yield();
    }
    written = true;
  });
  std::thread syncer([&] {
    while (!written) (void)queue_->sync();
  });
  std::uint64_t next = 0;
  std::uint64_t rewound = 0;
  while (next < all) {
    const DiskQueue::Taken t = take();
    if (!t.rows.block) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(numbers_of(t.rows), numbers(next, next + 50));
    next += 50;
    if (next % 300 == 0) (void)queue_->done(next);
    if (next % 400 == 0 && next > rewound) {
      rewound = next;
      queue_->rewind();
      next = queue_->done();
    }
    (void)(queue_->records() + queue_->bytes() + queue_->disk_bytes());
    (void)queue_->oldest_ns();
  }
  writer.join();
  syncer.join();
  EXPECT_EQ(queue_->skipped(), 0U);
}

}  // namespace
}  // namespace weir::queue
