#include "core/metrics/ledger.hpp"

#include <gtest/gtest.h>

#include "core/metrics/overview.hpp"

namespace weir::metrics {
namespace {

TEST(Ledger, BalancesWhenEveryRecordHasAnEnd) {
  Ledger ledger;
  Node& node = ledger.add("outputs", "file", "", "id");
  node.in = 10;
  node.out = 6;
  node.drop(Drop::overflow, 3);
  node.queued = 1;
  EXPECT_TRUE(ledger.violations().empty());
}

TEST(Ledger, NamesTheNodeThatLostRecords) {
  Ledger ledger;
  Node& node = ledger.add("processors", "rename", "mine", "id");
  node.in = 10;
  node.out = 9;
  ASSERT_EQ(ledger.violations().size(), 1U);
  EXPECT_NE(ledger.violations()[0].find("processors.rename::mine: imbalance 1"), std::string::npos);
}

TEST(Ledger, TellsRecordsThatAppearedFromThoseThatVanished) {
  Ledger ledger;
  Node& node = ledger.add("inputs", "cpu", "", "id");
  node.out = 2;
  EXPECT_EQ(node.imbalance(), -2);
}

TEST(Ledger, PrintsReasonsOfDrops) {
  Ledger ledger;
  ledger.add("outputs", "kafka", "", "id").drop(Drop::rejected, 7);
  EXPECT_NE(ledger.table().find("rejected=7"), std::string::npos);
  EXPECT_NE(ledger.json_lines().find("\"dropped_rejected\":7"), std::string::npos);
}

TEST(Ledger, EveryReasonHasAName) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Drop::count); ++i) {
    EXPECT_STRNE(drop_reason_name(static_cast<Drop>(i)), "unknown");
  }
}

TEST(Ledger, RemembersTheLastError) {
  Ledger ledger;
  Node& node = ledger.add("outputs", "http", "", "id");
  EXPECT_EQ(node.last_error().text, "");
  node.fail("write failed: 503", 17);
  EXPECT_EQ(node.last_error().text, "write failed: 503");
  EXPECT_EQ(node.last_error().at_ns, 17);
}

TEST(Overview, InstancesOfOneNodeAddUpOverReloads) {
  Ledger ledger;
  Node& before = ledger.add("outputs", "file", "a", "1");
  ledger.add("outputs", "file", "b", "2").in = 5;
  Node& after = ledger.add("outputs", "file", "a", "1");
  before.in = before.out = 10;
  after.in = 3;
  after.drop(Drop::overflow, 2);
  after.queued = 1;
  const auto entries = overview(ledger);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].newest, &after);
  EXPECT_EQ(entries[0].counters.in, 13U);
  EXPECT_EQ(entries[0].counters.out, 10U);
  EXPECT_EQ(entries[0].counters.dropped_total(), 2U);
  EXPECT_EQ(entries[0].counters.imbalance(), 0);
  EXPECT_EQ(entries[1].counters.imbalance(), 5);
}

TEST(Overview, RatesAreThoseOfTheWindow) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  Ledger ledger;
  Node& node = ledger.add("outputs", "file", "", "1");
  Rates rates;
  EXPECT_EQ(rates.of(overview(ledger)[0]).out, 0);
  for (int second = 0; second < 20; ++second) {
    rates.tick(ledger, second * second_ns);
    node.in += second < 5 ? 1000 : 100;  // It was faster, longer ago than the window is wide.
    node.out += 50;
  }
  EXPECT_DOUBLE_EQ(rates.of(overview(ledger)[0]).in, 100);
  EXPECT_DOUBLE_EQ(rates.of(overview(ledger)[0]).out, 50);
  EXPECT_DOUBLE_EQ(rates.of(overview(ledger)[0]).dropped, 0);
}

}  // namespace
}  // namespace weir::metrics
