#include "plugins/outputs/kafka/batches.hpp"

#include <gtest/gtest.h>

namespace weir::kafka_output {
namespace {

constexpr auto fine = RD_KAFKA_RESP_ERR_NO_ERROR;
constexpr auto timed_out = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;

weir_delivery delivery_of(std::uint64_t id, std::uint64_t batch, std::uint32_t attempt = 1) {
  weir_delivery d{};
  d.size = sizeof d;
  d.id = id;
  d.batch_id = batch;
  d.attempt = attempt;
  d.row0 = 10;
  d.n_rows = 3;
  return d;
}

std::vector<Fate> fates_of(const Batches::Batch& batch,
                           const std::vector<rd_kafka_resp_err_t>& errors) {
  std::vector<Fate> fates;
  fates.reserve(errors.size());
  for (const auto error : errors) {
    fates.push_back({batch.tag(batch.row0 + static_cast<std::uint32_t>(fates.size())), error});
  }
  return fates;
}

TEST(Batches, EndWithTheLastFate) {
  Batches batches;
  auto& first = batches.begin(delivery_of(1, 100));
  auto& second = batches.begin(delivery_of(2, 200));
  const auto of_first = fates_of(first, {fine, fine, fine});
  const auto of_second = fates_of(second, {fine, fine, fine});
  EXPECT_TRUE(batches.told(of_first).empty()) << "not sealed yet";
  EXPECT_FALSE(batches.seal(second, 3, {}));
  EXPECT_EQ(batches.seal(first, 3, {})->delivery, 1U);
  const auto ended = batches.told(of_second);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].delivery, 2U);
  EXPECT_EQ(ended[0].failure, "");
}

TEST(Batches, SendAgainOnlyWhatIsOpen) {
  Batches batches;
  auto& first = batches.begin(delivery_of(1, 100));
  const auto fates = fates_of(first, {fine, timed_out, fine});
  EXPECT_FALSE(batches.seal(first, 3, {}));
  const auto ended = batches.told(fates);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_NE(ended[0].failure, "");
  auto& again = batches.begin(delivery_of(2, 100, 2));
  EXPECT_EQ(again.acknowledged, (std::vector<std::uint8_t>{1, 0, 1}));
  const std::vector<Fate> rest{{again.tag(11), fine}};
  EXPECT_FALSE(batches.seal(again, 1, {}));
  EXPECT_EQ(batches.told(rest).at(0).failure, "");
}

TEST(Batches, AnotherBlockAtTheSamePlaceIsSentWhole) {
  Batches batches;
  auto& first = batches.begin(delivery_of(1, 100));
  const auto fates = fates_of(first, {fine, timed_out, fine});
  EXPECT_FALSE(batches.seal(first, 3, {}));
  EXPECT_EQ(batches.told(fates).size(), 1U);
  EXPECT_EQ(batches.begin(delivery_of(2, 100)).acknowledged, (std::vector<std::uint8_t>(3)));
}

TEST(Batches, TooLargeMessagesAreRejected) {
  Batches batches;
  auto& batch = batches.begin(delivery_of(1, 100));
  const std::vector<Fate> refused{{batch.tag(12), RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE}};
  const auto fates = fates_of(batch, {fine, fine});
  EXPECT_FALSE(batches.seal(batch, 2, refused));
  const auto ended = batches.told(fates);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].rejected, std::vector<std::uint32_t>{12});
  EXPECT_EQ(ended[0].failure, "");
}

TEST(Batches, RememberABoundedNumberOfFailures) {
  Batches batches;
  const std::uint64_t n = Batches::failed_max + 1;
  for (std::uint64_t i = 0; i < n; ++i) {
    auto& batch = batches.begin(delivery_of(i, i));
    const std::vector<Fate> refused{{batch.tag(10), timed_out}};
    EXPECT_NE(batches.seal(batch, 0, refused)->failure, "");
  }
  auto& forgotten = batches.begin(delivery_of(n, 0, 2));
  EXPECT_EQ(forgotten.acknowledged.size(), 3U);
}

}  // namespace
}  // namespace weir::kafka_output
