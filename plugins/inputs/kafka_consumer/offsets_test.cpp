#include "plugins/inputs/kafka_consumer/offsets.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace weir::kafka_consumer {
namespace {

std::uint64_t emit(Offsets& o, std::int64_t first, std::int64_t next) {
  const std::uint64_t number = o.next_number();
  o.emitted(first, next, static_cast<std::uint32_t>(next - first));
  return number;
}

TEST(Offsets, NothingIsToBeCommittedBeforeAnAcknowledgement) {
  Offsets o;
  emit(o, 10, 20);
  EXPECT_EQ(o.position(), std::nullopt);
  EXPECT_EQ(o.open_records(), 10U);
}

TEST(Offsets, AnAcknowledgementOutOfOrderWaitsForThoseBefore) {
  Offsets o;
  const auto a = emit(o, 0, 5);
  const auto b = emit(o, 5, 7);
  const auto c = emit(o, 9, 12);  // offsets may have gaps
  o.safe(b);
  EXPECT_EQ(o.position(), std::nullopt);
  o.safe(a);
  EXPECT_EQ(o.position(), 7);
  o.safe(c);
  EXPECT_EQ(o.position(), 12);
  EXPECT_EQ(o.open_records(), 0U);
}

TEST(Offsets, AnAcknowledgementTwiceOrOfNobodyCountsOnce) {
  Offsets o;
  const auto a = emit(o, 0, 5);
  const auto b = emit(o, 5, 6);
  o.safe(b);
  o.safe(b);
  o.safe(999);
  o.safe(0);
  EXPECT_EQ(o.open_records(), 5U);
  o.safe(a);
  o.safe(a);
  EXPECT_EQ(o.open_records(), 0U);
  EXPECT_EQ(o.position(), 6);
}

TEST(Offsets, SkippedRecordsMoveThePositionInTheirTurn) {
  Offsets o;
  o.skipped(3);
  EXPECT_EQ(o.position(), 3);
  const auto a = emit(o, 3, 5);
  o.skipped(8);
  EXPECT_EQ(o.position(), 3);
  o.safe(a);
  EXPECT_EQ(o.position(), 8);
}

TEST(Offsets, WhatFollowsARefusedBatchIsReadAgain) {
  Offsets o;
  const auto a = emit(o, 0, 5);
  const auto b = emit(o, 5, 7);
  const auto c = emit(o, 7, 9);
  EXPECT_EQ(o.refused(b), 5);
  EXPECT_EQ(o.refused(b), std::nullopt);
  const auto again = emit(o, 5, 9);
  o.safe(c);
  EXPECT_EQ(o.position(), std::nullopt);
  o.safe(a);
  EXPECT_EQ(o.position(), 5);
  o.safe(again);
  EXPECT_EQ(o.position(), 9);
  EXPECT_EQ(o.open_records(), 0U);
}

TEST(Offsets, ALossBehindALossChangesNothing) {
  Offsets o;
  const auto a = emit(o, 0, 5);
  const auto b = emit(o, 5, 7);
  EXPECT_EQ(o.refused(a), 0);
  EXPECT_EQ(o.refused(b), std::nullopt);
  EXPECT_EQ(o.open_records(), 0U);
  EXPECT_EQ(o.position(), std::nullopt);
}

TEST(Offsets, ALossBeforeALossIsReadFromThere) {
  Offsets o;
  const auto a = emit(o, 0, 5);
  const auto b = emit(o, 5, 7);
  EXPECT_EQ(o.refused(b), 5);
  EXPECT_EQ(o.refused(a), 0);
  EXPECT_EQ(o.position(), std::nullopt);
}

// A source of n records, read and acknowledged at random.
class Reader {
 public:
  static constexpr std::int64_t n = 1000;

  explicit Reader(std::uint32_t seed) : random_(seed), safe_(n, false) {}
  bool done() const { return at_ == n && open_.empty(); }
  void step() {
    const bool may_read = at_ < n && open_.size() < 8;
    if (may_read && (open_.empty() || one_in(2))) return read();
    const std::size_t i = below(open_.size());
    const Open one = open_[i];
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
    end(one);
  }
  // No offset is committed unless every record before it was acknowledged as safe.
  bool holds() const {
    const auto end = safe_.begin() + offsets_.position().value_or(0);
    return std::find(safe_.begin(), end, false) == end;
  }
  const Offsets& offsets() const { return offsets_; }

 private:
  struct Open {
    std::uint64_t number;
    std::int64_t first, next;
  };
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  bool one_in(std::size_t times) { return below(times) == 0; }
  void read() {
    const std::int64_t next = std::min(n, at_ + 1 + static_cast<std::int64_t>(below(20)));
    open_.push_back({emit(offsets_, at_, next), at_, next});
    at_ = next;
  }
  void end(const Open& one) {
    if (one_in(20)) {
      at_ = offsets_.refused(one.number).value_or(at_);
      return;
    }
    std::fill(safe_.begin() + one.first, safe_.begin() + one.next, true);
    offsets_.safe(one.number);
  }

  std::mt19937 random_;
  Offsets offsets_;
  std::vector<bool> safe_;
  std::vector<Open> open_;
  std::int64_t at_{0};
};

TEST(Offsets, NeverPassWhatIsNotSafe) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Reader reader(seed);
    for (int step = 0; step < 20000 && !reader.done(); ++step) {
      reader.step();
      ASSERT_TRUE(reader.holds()) << "seed " << seed << ", step " << step;
    }
    EXPECT_EQ(reader.offsets().position(), Reader::n) << "seed " << seed;
    EXPECT_EQ(reader.offsets().open_records(), 0U);
  }
}

}  // namespace
}  // namespace weir::kafka_consumer
