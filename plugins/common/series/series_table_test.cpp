#include "plugins/common/series/series_table.hpp"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/host.hpp>
#include <weir/testing/lines.hpp>

namespace weir::common {
namespace {

struct Sum {
  double sum;
  std::int64_t last_ns;
  Sum(double v, std::int64_t ns) : sum(v), last_ns(ns) {}
  void add(double v, std::int64_t ns) {
    sum += v;
    last_ns = ns;
  }
};
using Table = SeriesTable<Sum>;
using Sums = std::map<std::string, double>;

// "name,tag=value field" -> sum
Sums sums_of(const Table& table) {
  Sums sums;
  table.each([&](std::uint32_t series, const Table::Field* fields, std::uint32_t n) {
    const SeriesIndex& names = table.names();
    std::string text(names.name(series));
    for (std::uint32_t i = 0; i < names.tags(series); ++i) {
      text.append(",")
          .append(names.tag_key(series, i))
          .append("=")
          .append(names.tag_value(series, i));
    }
    for (std::uint32_t i = 0; i < n; ++i) {
      sums[text + " " + std::string(names.text(fields[i].key))] = fields[i].stat.sum;
    }
  });
  return sums;
}

void add(Table& table, const weir::testing::lines& rows) {
  const weir::testing::block_memory block = weir::testing::make_batch(rows, 0);
  table.add(batch(block.head()));
}

TEST(SeriesTable, KeepsSeriesAndFieldsApart) {
  Table table;
  add(table, {"a,x=1 f=1,g=2i 1", "a,x=1 g=3u,f=10 2", "a f=100 3", "b,x=1 f=1000 4",
              "a,x=2 h=\"s\",i=t 5"});
  add(table, {"a,x=1 i=t,h=5,f=0.5 6"});
  EXPECT_EQ(
      sums_of(table),
      (Sums{{"a,x=1 f", 11.5}, {"a,x=1 g", 5}, {"a,x=1 h", 5}, {"a f", 100}, {"b,x=1 f", 1000}}));
  EXPECT_EQ(table.size(), 3U);
  table.clear();
  EXPECT_TRUE(sums_of(table).empty());
}

TEST(SeriesTable, DoesNotMixNamesTagsAndValues) {
  Table table;
  add(table, {"a,b=c f=1 1", "a,c=b f=2 1", "b,a=c f=4 1", "a,b=c,d=e f=8 1", "a,b=cd f=16 1"});
  EXPECT_EQ(table.size(), 5U);
}

// 100 rows of some 600 series, whose values expected gets too.
weir::testing::lines random_rows(std::mt19937& chance, Sums& expected) {
  const auto pick = [&](std::uint32_t n) { return static_cast<std::uint32_t>(chance() % n); };
  weir::testing::lines rows;
  for (std::uint32_t r = 0; r < 100; ++r) {
    const std::string name = "n" + std::to_string(pick(3)) + ",host=h" + std::to_string(pick(200)) +
                             (pick(2) == 0 ? ",z=" + std::to_string(pick(3)) : "");
    const std::string field = "f" + std::to_string(pick(12));
    rows.push_back(name + " first=1," + field + "=" + std::to_string(r) + " 1");
    expected[name + " first"] += 1;
    expected[name + " " + field] += r;
  }
  return rows;
}

// Goal: the same sums as a plain map makes, over random batches.
TEST(SeriesTable, AddsUpLikeAPlainMap) {
  weir::testing::host host;
  std::mt19937 chance(7);
  for (int window = 0; window < 3; ++window) {
    Table table;
    table.attach(weir::host(host.table()));
    Sums expected;
    for (int i = 0; i < 40; ++i) add(table, random_rows(chance, expected));
    EXPECT_EQ(sums_of(table), expected);
    EXPECT_EQ(table.refused(), 0U);
    EXPECT_GT(host.charged_bytes(), 0);
  }
  EXPECT_EQ(host.charged_bytes(), 0);
}

TEST(SeriesTable, TakesOnlyTheSelectedRows) {
  Table table;
  const weir::testing::block_memory block =
      weir::testing::make_batch({"a f=1 1", "b f=2 1", "a f=4 1"}, 0);
  const std::uint64_t mask = 0b101;
  table.add(batch(block.head(), &mask, 0, 3));
  EXPECT_EQ(sums_of(table), (Sums{{"a f", 5}}));
}

TEST(SeriesTable, KeepsWhatItKnowsWhenMemoryIsRefused) {
  weir::testing::host host;
  host.budget_limit(3 * std::int64_t{Charge::step_bytes});
  Table table;
  table.attach(weir::host(host.table()));
  Sums first;
  std::uint32_t n = 0;
  for (; table.refused() == 0; ++n) {
    first = sums_of(table);
    add(table, {"m,host=h" + std::to_string(n) + " f=1,g=2 1"});
    ASSERT_LT(n, 100000U);
  }
  EXPECT_GT(n, 100U);
  const std::uint64_t before = table.refused();
  add(table, {"m,host=h0 f=1 2", "m,host=new f=1,g=1,s=\"x\" 2"});
  EXPECT_EQ(table.refused() - before, 2U);
  first["m,host=h0 f"] = 2;
  Sums now = sums_of(table);
  for (const auto& [series, sum] : first) EXPECT_EQ(now[series], sum) << series;
  EXPECT_LE(host.charged_bytes(), 3 * std::int64_t{Charge::step_bytes});
}

}  // namespace
}  // namespace weir::common
