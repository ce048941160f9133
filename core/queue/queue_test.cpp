#include <cstring>
#include <memory>

#include <gtest/gtest.h>

#include "core/queue/budget.hpp"
#include "core/queue/memory_queue.hpp"
#include "core/queue/recycler.hpp"

namespace weir::queue {
namespace {

constexpr std::uint64_t block_bytes = 32 << 10;
constexpr std::uint64_t no_limit = 1 << 30;

class QueueTest : public testing::Test {
 protected:
  Parcel parcel(std::uint32_t rows, std::uint64_t bytes = block_bytes) {
    BlockRef block = BlockRef::make(budget_, bytes, Budget::Use::stage);
    weir_batch header{};
    header.n_rows = rows;
    std::memcpy(block->data(), &header, sizeof header);
    return Parcel::whole(std::move(block));
  }
  Budget budget_{1 << 30};
};

// ---- budget -------------------------------------------------------------------------------------------------

TEST(Budget, KeepsAPartForWhatComesBehindTheInputs) {
  Budget budget(1000);
  EXPECT_TRUE(budget.charge(800, Budget::Use::input));
  EXPECT_FALSE(budget.charge(1, Budget::Use::input));
  EXPECT_TRUE(budget.charge(200, Budget::Use::stage));
  EXPECT_FALSE(budget.charge(1, Budget::Use::stage));
  EXPECT_TRUE(budget.charge(50, Budget::Use::forced));
  EXPECT_EQ(budget.used_bytes(), 1050);
  EXPECT_EQ(budget.peak_bytes(), 1050);
}

TEST(Budget, KeepsTheQueuesBelowTheInputs) {
  const Budget budget(1000);
  EXPECT_LT(budget.queue_limit_bytes(), budget.input_limit_bytes());
}

TEST(Budget, LeavesRoomForTheProcessItself) {
  EXPECT_EQ(buffers_limit_bytes(27, 10), 16);
  EXPECT_EQ(buffers_limit_bytes(20, 18), 10);
  EXPECT_GT(resident_bytes(), 100'000);
}

TEST(Budget, TellsOnceThatThereIsRoom) {
  Budget budget(1000);
  int told = 0;
  budget.set_on_room([&] { ++told; });
  ASSERT_TRUE(budget.charge(900, Budget::Use::stage));
  budget.want_room();
  budget.give_back(50);
  EXPECT_EQ(told, 0);
  budget.give_back(100);
  budget.give_back(100);
  EXPECT_EQ(told, 1);
}

TEST_F(QueueTest, BlocksGiveBackWhatTheyCost) {
  {
    const Parcel one = parcel(1);
    const std::vector<Parcel> others(2, one);
    EXPECT_GE(budget_.used_bytes(), static_cast<std::int64_t>(block_bytes));
  }
  EXPECT_EQ(budget_.used_bytes(), 0);
}

// ---- recycler -----------------------------------------------------------------------------------------------

constexpr std::uint64_t large = Recycler::large_bytes;

TEST(Recycler, MakesNearSizesEqual) {
  EXPECT_EQ(Recycler::size_of(1), 64U);
  EXPECT_EQ(Recycler::size_of(large), large);
  EXPECT_EQ(Recycler::size_of(large + 1), large + 4096);
  EXPECT_EQ(Recycler::size_of(16 * large + 1), 18 * large);
  EXPECT_EQ(Recycler::size_of(18 * large - 1), 18 * large);
}

TEST(Recycler, GivesTheSameBufferAgain) {
  Recycler recycler(4 * large);
  std::uint8_t* const first = recycler.take(large);
  recycler.put(first, large);
  std::uint8_t* const other = recycler.take(2 * large);
  EXPECT_NE(other, first);
  EXPECT_EQ(recycler.take(large), first);
  recycler.put(first, large);
  recycler.put(other, 2 * large);
}

TEST(Recycler, KeepsNoMoreThanItMay) {
  Recycler recycler(large);
  std::uint8_t* const one = recycler.take(large);
  std::uint8_t* const two = recycler.take(large);
  recycler.put(one, large);
  recycler.put(two, large);
  EXPECT_EQ(recycler.kept_bytes(), large);
}

TEST(Recycler, FreesWhatNobodyNeededForATime) {
  Recycler recycler(4 * large);
  std::uint8_t* const one = recycler.take(large);
  std::uint8_t* const two = recycler.take(large);
  recycler.put(one, large);
  recycler.put(two, large);
  recycler.trim();  // They came since the last time.
  EXPECT_EQ(recycler.kept_bytes(), 2 * large);
  recycler.put(recycler.take(large), large);
  recycler.trim();  // One was enough.
  EXPECT_EQ(recycler.kept_bytes(), large);
  recycler.trim();
  EXPECT_EQ(recycler.kept_bytes(), 0U);
}

// ---- memory queue -------------------------------------------------------------------------------------------

TEST_F(QueueTest, GivesRowsInOrderAndInPieces) {
  MemoryQueue queue(100, no_limit);
  queue.push(parcel(5));
  queue.push(parcel(3));
  EXPECT_EQ(queue.take(2).count(), 2U);
  const Parcel rest = queue.take(100);
  EXPECT_EQ(rest.row0, 2U);
  EXPECT_EQ(rest.count(), 3U);
  EXPECT_EQ(queue.rows(), 3U);
  EXPECT_EQ(queue.take(100).count(), 3U);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST_F(QueueTest, CountsSelectedRowsOnly) {
  MemoryQueue queue(100, no_limit);
  Parcel some = parcel(10);
  some.explicit_mask()[0] = 0b10'0000'0101;
  queue.push(std::move(some));
  EXPECT_EQ(queue.rows(), 3U);
  const Parcel two = queue.take(2);
  EXPECT_EQ(two.count(), 2U);
  EXPECT_EQ(two.n_rows, 3U);
  EXPECT_EQ(queue.take(9).count(), 1U);
}

TEST_F(QueueTest, DropsTheOldestRowsBeyondItsRows) {
  MemoryQueue queue(6, no_limit);
  queue.push(parcel(4));
  queue.push(parcel(4));
  EXPECT_EQ(queue.drop_oldest(1), 3U);
  EXPECT_EQ(queue.rows(), 5U);
  EXPECT_EQ(queue.take(9).row0, 3U);
}

TEST_F(QueueTest, DropsTheOldestParcelsBeyondItsBytes) {
  MemoryQueue queue(100, 2 * block_bytes + block_bytes / 2);
  for (int i = 0; i < 4; ++i) queue.push(parcel(10));
  EXPECT_EQ(queue.drop_oldest(0), 20U);
  EXPECT_LE(queue.bytes(), 2 * block_bytes + block_bytes / 2);
}

TEST_F(QueueTest, KeepsAParcelThatAloneIsTooLarge) {
  MemoryQueue queue(100, block_bytes / 2);
  EXPECT_TRUE(queue.fits(10, block_bytes, 0));
  queue.push(parcel(10));
  EXPECT_EQ(queue.drop_oldest(0), 0U);
  EXPECT_FALSE(queue.fits(1, block_bytes, 0));
}

TEST_F(QueueTest, HasNoRoomForNewRowsWhenItsBytesAreFull) {
  MemoryQueue queue(100, 2 * block_bytes + block_bytes / 2);
  EXPECT_EQ(queue.room_rows(block_bytes, 0), 100U);
  queue.push(parcel(10));
  queue.push(parcel(10));
  EXPECT_EQ(queue.room_rows(block_bytes, 0), 0U);
  EXPECT_EQ(queue.room_rows(block_bytes / 4, 30), 50U);
}

TEST_F(QueueTest, NeverDropsWhatASourceWaitsFor) {
  MemoryQueue queue(3, no_limit);
  Parcel one = parcel(2);
  const auto token = std::make_shared<Token>();
  one.tokens.push_back(token);
  queue.push(std::move(one));
  queue.push(parcel(4));
  EXPECT_EQ(queue.drop_oldest(0), 3U);
  EXPECT_FALSE(token->any_lost());
  EXPECT_EQ(queue.front_rows(), 2U);
  EXPECT_EQ(queue.rows(), 3U);
  EXPECT_EQ(queue.drop_oldest(3), 1U);
  EXPECT_EQ(queue.rows(), 2U);
}

TEST_F(QueueTest, OffersARunOfSmallParcelsToBeJoined) {
  MemoryQueue queue(1000, no_limit);
  queue.push(parcel(10));
  for (std::size_t i = 1; i < MemoryQueue::small_run; ++i) queue.push(parcel(1, 1000));
  EXPECT_TRUE(queue.take_small_tail().empty());
  queue.push(parcel(1, 1000));
  EXPECT_EQ(queue.take_small_tail().size(), MemoryQueue::small_run);
  EXPECT_EQ(queue.rows(), 10U);
}

TEST_F(QueueTest, TakesBackWhatWasNotWritten) {
  MemoryQueue queue(100, no_limit);
  queue.push(parcel(4));
  Parcel front = queue.take(2);
  queue.put_back(std::move(front));
  EXPECT_EQ(queue.rows(), 4U);
  EXPECT_EQ(queue.take(9).row0, 0U);
}

}  // namespace
}  // namespace weir::queue
