#include <cmath>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include <weir/builder.hpp>
#include <weir/testing/lines.hpp>
#include <weir/validate.hpp>

// Goal: whatever is put into a builder comes out as a valid block: tags sorted, keys unique, strings once.

namespace weir {
namespace {

using testing::block_memory;
using testing::lines;

block_memory sealed(builder& b) {
  block_memory m(b.bytes());
  const std::uint32_t used = b.seal(m.data());
  EXPECT_LE(used, m.size());
  const char* wrong = validate(m.data(), m.size());
  EXPECT_EQ(wrong, nullptr) << wrong;
  return m;
}
lines rows(builder& b) {
  const block_memory m = sealed(b);
  return testing::print(batch(m.head()), {true, true});
}

TEST(Builder, SortsTagsAndKeepsTheLastOfEach) {
  builder b;
  b.metric("m", 1).tag("z", "1").tag("a", "2").tag("z", "3").tag("b"_k, "4").field("f", 1);
  EXPECT_EQ(rows(b), (lines{"m,a=2,b=4,z=3 f=1i 1 untyped"}));
}

TEST(Builder, KeepsTheOrderOfFieldsAndTheLastValue) {
  builder b;
  b.metric("m", 1)
      .field("b", 1)
      .field("a", 2U)
      .field("b", "text")
      .field("c"_k, true)
      .field("d", 0.5F);
  EXPECT_EQ(rows(b), (lines{"m b=\"text\",a=2u,c=t,d=0.5 1 untyped"}));
}

TEST(Builder, ForgetsRowsWithoutFields) {
  builder b;
  b.metric("m", 1).tag("a", "b");
  b.metric("n", 2).tag("c", "d").field("f", 1);
  b.metric("o", 3);
  EXPECT_EQ(b.size(), 1U);
  EXPECT_EQ(rows(b), (lines{"n,c=d f=1i 2 untyped"}));
}

TEST(Builder, TakesRowsBack) {
  builder b;
  b.metric("m", 1).tag("a", "b").field("f", 1);
  b.metric("n", 2).tag("a", "c").field("f", 2);
  b.cancel_row();
  b.metric("o", 3).kind(WEIR_GAUGE).field("f", 3);
  EXPECT_EQ(rows(b), (lines{"m,a=b f=1i 1 untyped", "o f=3i 3 gauge"}));
}

TEST(Builder, StoresEachStringOnce) {
  builder b;
  for (int i = 0; i < 100; ++i) b.metric("m", i).tag("m", "v").field("v", i);
  EXPECT_EQ(sealed(b).head()->n_strs, 2U);
}

TEST(Builder, BeginsAnewAfterSealing) {
  builder b;
  b.metric("m", 1).field("f", 1);
  sealed(b);
  EXPECT_TRUE(b.empty());
  b.metric("n", 2).field("g", 1);
  const block_memory m = sealed(b);
  EXPECT_EQ(m.head()->n_strs, 2U);
  EXPECT_EQ(testing::print(batch(m.head())), (lines{"n g=1i 2"}));
}

TEST(Builder, RowsWithManyKeysAreUniqueToo) {
  builder b;
  std::map<std::string, int> expected;
  b.metric("m", 1);
  for (int i = 0; i < 30000; ++i) {
    const std::string k = "k" + std::to_string(i * 7919 % 20000);
    b.field(k, i);
    expected[k] = i;
  }
  const block_memory m = sealed(b);
  const row r = *batch(m.head()).begin();
  ASSERT_EQ(r.fields().size(), expected.size());
  for (const auto& f : r.fields()) ASSERT_EQ(f.value.i64(), expected[std::string(f.key)]);
}

TEST(Builder, FieldNumbersAreCutAtWhatARowCanHold) {
  builder b;
  b.metric("m", 1);
  for (int i = 0; i < 70000; ++i) b.field("k" + std::to_string(i), i);
  EXPECT_EQ(sealed(b).head()->n_rows, 1U);
}

TEST(Builder, RawRowsCarryTheirMessages) {
  builder b;
  b.raw("one", WEIR_RAW_RECORD, 5).tag("topic", "t");
  b.raw("", WEIR_RAW_STREAM, 6, true);
  EXPECT_EQ(rows(b),
            (lines{"raw record session=5 \"one\" topic=t", "raw stream session=6 last \"\""}));
}

TEST(Builder, LetsParsersShareRanges) {
  builder b;
  string_table& s = b.strings();
  const weir_tag tags[] = {{s.intern("a"), s.intern("1")}, {s.intern("b"), s.intern("2")}};
  const std::uint32_t range = b.add_tags(tags, 2);
  for (int i = 0; i < 3; ++i) {
    b.add_row(s.intern("m"), range, 2, 1, i);
    *b.fields(1) = {s.intern("f"), WEIR_I64, 0, 0, {i}};
  }
  const block_memory m = sealed(b);
  EXPECT_EQ(m.head()->n_tags, 2U);
  EXPECT_EQ(testing::print(batch(m.head())),
            (lines{"m,a=1,b=2 f=0i 0", "m,a=1,b=2 f=1i 1", "m,a=1,b=2 f=2i 2"}));
}

TEST(Builder, CommonTagsReplaceOthers) {
  builder raw;
  raw.raw("x", WEIR_RAW_RECORD).tag("host", "common").tag("z", "end");
  const block_memory from = sealed(raw);
  builder b;
  b.set_common_tags(*batch(from.head()).begin());
  b.metric("m", 1).tag("host", "own").tag("a", "b").field("f", 1);
  b.end_common_tags();
  b.metric("n", 2).field("f", 1);
  EXPECT_EQ(rows(b), (lines{"m,a=b,host=common,z=end f=1i 1 untyped", "n f=1i 2 untyped"}));
}

TEST(Builder, CopiesRows) {
  const lines all{"m,a=b f=1i,g=2u,h=0.5,i=f,j=\"s\" 7 counter"};
  const block_memory from = testing::make_batch(all, 0);
  builder b;
  for (const row r : batch(from.head())) b.copy(r);
  EXPECT_EQ(rows(b), all);
}

TEST(StringTable, FindsWhatItHasThroughGrowthAndClearing) {
  string_table t;
  std::mt19937 rng(1);
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, std::uint32_t> ids;
    for (int i = 0; i < 5000; ++i) {
      const std::string s = "s" + std::to_string(rng() % 2000);
      const std::uint32_t had = t.size();
      const std::uint32_t id = t.intern(s);
      const auto [at, fresh] = ids.emplace(s, id);
      ASSERT_EQ(at->second, id);
      ASSERT_EQ(fresh ? had : id, id);
      ASSERT_EQ(t.size(), ids.size());
      ASSERT_EQ(t.str(id), s);
    }
    t.clear();
    ASSERT_EQ(t.size(), 0U);
  }
}

TEST(StringTable, KeepsShortAndLongTextsWhole) {
  string_table t;
  for (std::size_t n = 0; n < 100; ++n) {
    std::string s(n, 'x');
    for (std::size_t i = 0; i < n; ++i) s[i] = static_cast<char>('a' + i % 26);
    ASSERT_EQ(t.str(t.intern(s)), s);
  }
}

// ---- the hash ----

TEST(Hash, IsTheSameAtCompileTime) {
  static_assert(hash("cpu") == hash(std::string_view("cpuX", 3)));
  for (const char* s : {"", "a", "abc", "abcd", "abcdefg", "abcdefgh", "abcdefghi",
                        "a longer text of 29 characters"}) {
    const std::string copy(s);
    EXPECT_EQ(hash(copy), hash(s)) << s;
  }
  constexpr std::uint64_t early = hash("usage_idle_percent");
  const std::string late = "usage_idle_percent";
  EXPECT_EQ(early, hash(late));
}

// How much fewer buckets are in use than balls thrown at random would hit; of the bits that tables use.
double worst_spread(const std::vector<std::string>& keys) {
  double worst = 0;
  for (const int shift : {0, 32}) {
    std::set<std::uint64_t> used;
    const std::uint64_t mask = 0xffff;
    for (const std::string& k : keys) used.insert((hash(k) >> shift) & mask);
    const double n = static_cast<double>(keys.size());
    const double expected = 65536 * (1 - std::exp(-n / 65536));
    worst = std::max(worst, 1 - static_cast<double>(used.size()) / expected);
  }
  return worst;
}

TEST(Hash, SpreadsKeysThatDifferLittle) {
  std::vector<std::string> numbers;
  std::vector<std::string> hosts;
  std::vector<std::string> bits;
  for (int i = 0; i < 50000; ++i) {
    numbers.push_back(std::to_string(i));
    hosts.push_back("host-" + std::to_string(i) + ".rack" + std::to_string(i % 16) +
                    ".example.com");
    bits.push_back(std::string(1, static_cast<char>(i & 0xff)) + "padding" +
                   static_cast<char>(i >> 8));
  }
  for (const auto* keys : {&numbers, &hosts, &bits}) {
    EXPECT_LT(worst_spread(*keys), 0.02) << keys->at(0);
  }
}

TEST(Hash, DependsOnLengthAndEveryBit) {
  std::set<std::uint64_t> seen;
  for (std::size_t n = 0; n <= 64; ++n) seen.insert(hash(std::string(n, '\0')));
  EXPECT_EQ(seen.size(), 65U);
  const std::string base(37, 'q');
  seen = {hash(base)};
  for (std::size_t i = 0; i < base.size() * 8; ++i) {
    std::string s = base;
    s[i / 8] = static_cast<char>(s[i / 8] ^ (1 << (i % 8)));
    seen.insert(hash(s));
  }
  EXPECT_EQ(seen.size(), base.size() * 8 + 1);
}

}  // namespace
}  // namespace weir
