#include "core/queue/disk_queue.hpp"

#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <weir/testing/lines.hpp>

#include "tests/support/temp_dir.hpp"

namespace weir::queue {
namespace {

using weir::testing::lines;

constexpr std::int64_t second_ns = 1'000'000'000;

// Rows that say which record they are: "m n=17i 17".
lines rows_from(std::uint64_t first, std::uint32_t n) {
  lines rows;
  for (std::uint64_t r = first; r < first + n; ++r) {
    rows.push_back("m n=" + std::to_string(r) + "i " + std::to_string(r));
  }
  return rows;
}

class DiskQueueTest : public testing::Test {
 protected:
  DiskQueueTest() {
    settings_.directory = dir_.file("queue");
    settings_.owner = "outputs.test";
    settings_.max_bytes = 1 << 20;
  }

  void open() {
    queue_.reset();
    auto opened = DiskQueue::open(system_disk(), budget_, settings_, found_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    queue_ = std::move(opened).value();
  }
  std::string open_error() {
    queue_.reset();
    auto opened = DiskQueue::open(system_disk(), budget_, settings_, found_);
    return opened ? "opened" : opened.error().message;
  }

  Parcel parcel(const lines& rows) {
    const auto m = weir::testing::make_batch(rows, 0);
    BlockRef block = BlockRef::make(budget_, m.size(), Budget::Use::stage);
    std::memcpy(block->data(), m.data(), m.size());
    return Parcel::whole(std::move(block));
  }
  DiskQueue::Append append(std::uint32_t n, std::string_view meta = "") {
    const std::uint64_t first = queue_->appended();
    return queue_->append(parcel(rows_from(first, n)),
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
  static lines rows_of(const DiskQueue::Taken& t) {
    if (!t.rows.block) return {};
    return weir::testing::print(
        batch(t.rows.block.batch(), t.rows.mask_bits(), t.rows.row0, t.rows.n_rows));
  }
  // Everything that waits, delivered; true when it is exactly these records in order.
  void expect_records(std::uint64_t first, std::uint64_t end) {
    while (first < end) {
      const DiskQueue::Taken t = take();
      ASSERT_TRUE(t.rows.block) << "nothing at " << first;
      ASSERT_EQ(t.first, first);
      ASSERT_EQ(rows_of(t), rows_from(first, t.rows.count()));
      first += t.rows.count();
      ASSERT_TRUE(queue_->done(first).ok());
    }
    EXPECT_EQ(first, end);
    EXPECT_FALSE(take().rows.block);
  }
  std::vector<std::string> segments() {
    std::vector<std::string> found;
    const auto names = system_disk().list(settings_.directory);
    for (const std::string& name : names.value()) {
      if (parse_segment_name(name)) found.push_back(settings_.directory + '/' + name);
    }
    return found;
  }

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
  EXPECT_EQ(rows_of(take()), rows_of(mine));
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
  Parcel some = parcel(rows_from(0, 5));
  some.row0 = 1;
  some.n_rows = 4;
  EXPECT_EQ(queue_->append(some, 0, "", why_), DiskQueue::Append::failed);
  EXPECT_EQ(queue_->records(), 0U);
}

// ---- directories --------------------------------------------------------------------------------------------

TEST_F(DiskQueueTest, IsForOneProcess) {
  open();
  DiskQueue::Recovery other;
  auto second = DiskQueue::open(system_disk(), budget_, settings_, other);
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

}  // namespace
}  // namespace weir::queue
