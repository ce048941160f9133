#include "core/queue/disk_inspect.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/queue/disk_queue.hpp"
#include "core/queue/sim_disk.hpp"
#include "core/queue/test_rows.hpp"

namespace weir::queue {
namespace {

class DiskInspectTest : public testing::Test {
 protected:
  void SetUp() override {
    DiskQueue::Settings settings;
    settings.directory = "/q";
    settings.owner = "outputs.test";
    settings.max_bytes = 256 << 10;
    DiskQueue::Recovery found;
    queue_ = DiskQueue::open(disk_, budget_, settings, found).value();
  }
  void TearDown() override { queue_.reset(); }

  void append(int entries) {
    std::string why;
    for (int i = 0; i < entries; ++i) {
      ASSERT_EQ(queue_->append(numbered_rows(budget_, queue_->appended(), 10), 100 + i,
                               i == 3 ? "a note" : "", why),
                DiskQueue::Append::stored);
    }
  }
  std::vector<DiskInspect::Item> items(bool content) {
    auto opened = DiskInspect::open(disk_, "/q");
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    std::vector<DiskInspect::Item> all;
    const Status seen =
        opened.value().each(content ? &budget_ : nullptr, [&](DiskInspect::Item& item) {
          all.push_back(std::move(item));
          return true;
        });
    EXPECT_TRUE(seen.ok());
    return all;
  }
  std::string last_segment() {
    std::string last;
    for (const std::string& path : disk_.files()) {
      if (path.ends_with(".seg")) last = path;
    }
    return last;
  }

  SimDisk disk_{3};
  Budget budget_{1 << 30};
  std::unique_ptr<DiskQueue> queue_;
};

TEST_F(DiskInspectTest, ShowsWhatWaitsWhileTheQueueIsInUse) {
  append(60);
  for (int i = 0; i < 3; ++i) (void)queue_->take();
  ASSERT_TRUE(queue_->done(25).ok());
  const auto all = items(true);
  ASSERT_EQ(all.size(), 58U);
  EXPECT_EQ(all[0].records, (RecordRange{20, 30}));
  EXPECT_EQ(all[1].meta, "a note");
  EXPECT_EQ(all[1].header.time_ns, 103);
  EXPECT_EQ(numbers_of(Parcel::whole(all[57].block)), numbers(590, 600));
  EXPECT_FALSE(items(false)[0].block);
}

TEST_F(DiskInspectTest, SumsUp) {
  append(60);
  (void)queue_->take();
  ASSERT_TRUE(queue_->done(5).ok());
  auto opened = DiskInspect::open(disk_, "/q");
  const auto sum = opened.value().summary();
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(sum.value().records, 595U);
  EXPECT_EQ(sum.value().entries, 60U);
  EXPECT_EQ(sum.value().oldest_ns, 100);
  EXPECT_EQ(sum.value().newest_ns, 159);
  EXPECT_EQ(opened.value().meta().owner, "outputs.test");
}

TEST_F(DiskInspectTest, ShowsDamage) {
  append(60);
  const std::string first = disk_.files().front();
  disk_.flip(first, (cell_bytes + 9) * 8);                 // the first header
  disk_.flip(last_segment(), (2 * cell_bytes + 100) * 8);  // a batch
  std::vector<RecordRange> damaged;
  for (const auto& item : items(true)) {
    if (item.damaged) damaged.push_back(item.records);
  }
  ASSERT_EQ(damaged.size(), 2U);
  EXPECT_EQ(damaged[0], (RecordRange{0, 10}));
  EXPECT_EQ(damaged[1].end - damaged[1].first, 10U);
}

TEST_F(DiskInspectTest, RefusesWhatIsNoQueue) {
  const auto opened = DiskInspect::open(disk_, "/elsewhere");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::bad_config);
}

}  // namespace
}  // namespace weir::queue
