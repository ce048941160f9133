#include "core/metrics/ledger.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weir::metrics
