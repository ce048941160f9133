#include "core/batch/rows.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/lines.hpp>
#include <weir/validate.hpp>

// Goal: a merged block holds exactly the selected rows, is valid, and fits into what bytes() said.
// Method: rows as texts before and after, over random blocks and masks. One seed alone: WEIR_SEED=7.

namespace weir {
namespace {

using testing::block_memory;
using testing::lines;
using testing::print;

constexpr testing::row_format all_shown{true, true};

block_memory written(const Merge& plan) {
  block_memory m(plan.bytes());
  const std::uint32_t used = plan.write(m.data());
  EXPECT_LE(used, m.size());
  EXPECT_EQ(used, m.head()->total);
  const char* wrong = validate(m.data(), m.size());
  EXPECT_EQ(wrong, nullptr) << wrong;
  return m;
}
lines rows_of(const Selection& s) {
  return print(batch(s.batch, s.mask, s.row0, s.n_rows), all_shown);
}
lines rows_of(const block_memory& m) { return print(batch(m.head()), all_shown); }

lines sample() {
  return {"cpu,host=a,core=0 idle=1.5,name=\"x\" 1", "cpu,host=a,core=0 idle=2.5 2",
          "mem,host=a used=3i,free=4u 3", "up ok=t 4"};
}

TEST(Merge, KeepsWholeBlocks) {
  const block_memory one = testing::make_batch(sample(), 9);
  const block_memory two = testing::make_batch({"disk,host=b free=\"much\" 5 gauge"}, 9);
  const std::vector<Selection> all{whole(*one.head()), whole(*two.head())};
  lines expected = rows_of(one);
  expected.emplace_back("disk,host=b free=\"much\" 5 gauge");
  EXPECT_EQ(rows_of(written(Merge(all))), expected);
}

TEST(Merge, OfNothingIsAnEmptyBlock) {
  const Merge plan(std::span<const Selection>{});
  EXPECT_EQ(plan.rows(), 0U);
  EXPECT_TRUE(rows_of(written(plan)).empty());
}

TEST(Merge, PicksOnlyWhatSelectedRowsUse) {
  const block_memory m =
      testing::make_batch({"a,k=v long=\"0123456789012345678901234567890123456789\" 1",
                           "b,k=w x=1i 2", "c,k=u y=\"zz\" 3"},
                          9);
  const Selection s{m.head(), nullptr, 1, 1};
  const block_memory out = written(Merge(s));
  EXPECT_EQ(rows_of(out), (lines{"b,k=w x=1i 2 untyped"}));
  EXPECT_EQ(out.head()->n_strs, 4U);
  EXPECT_EQ(out.head()->n_tags, 1U);
  EXPECT_EQ(out.head()->len_blob, 4U);
}

TEST(Merge, KeepsSharedTagRangesShared) {
  builder b;
  const weir_tag tags[] = {{b.strings().intern("k"), b.strings().intern("v")}};
  const std::uint32_t range = b.add_tags(tags, 1);
  const std::uint32_t name = b.strings().intern("m");
  for (int i = 0; i < 9; ++i) {
    b.add_row(name, range, 1, 1, i);
    *b.fields(1) = {b.strings().intern("f"), WEIR_I64, 0, 0, {i}};
  }
  block_memory m(b.bytes());
  b.seal(m.data());
  const Selection few{m.head(), nullptr, 2, 2};
  EXPECT_EQ(written(Merge(few)).head()->n_tags, 1U);
  EXPECT_EQ(written(Merge(whole(*m.head()))).head()->n_tags, 1U);
}

TEST(Merge, LeavesRoomWhereAsked) {
  const block_memory m = testing::make_batch(sample(), 9);
  const block_memory out = written(Merge(whole(*m.head()), Room::slack));
  EXPECT_GE(out.head()->off_fields - out.head()->off_tags,
            (out.head()->n_tags + 16) * sizeof(weir_tag));
  EXPECT_GE(out.size(), out.head()->total + 256U);
}

TEST(Merge, KeepsRawRows) {
  const lines rows{R"(raw record session=1 "one" topic=a)", R"(raw record session=2 "two" topic=b)",
                   R"(raw record session=3 last "three, and this one is long")"};
  const block_memory m = testing::make_batch(rows, 9);
  EXPECT_EQ(rows_of(written(Merge(whole(*m.head())))), rows);
  const Selection second{m.head(), nullptr, 1, 1};
  EXPECT_EQ(rows_of(written(Merge(second))), (lines{rows[1]}));
  EXPECT_EQ(written(Merge(second)).head()->signal, WEIR_SIG_RAW);
}

// A block with one extension section of each kind.
block_memory with_extensions(const block_memory& m) {
  const weir_batch& h = *m.head();
  const std::string bytes = "offset 7";
  const weir_ext list[] = {{WEIR_X_SOURCE, h.len_blob, 8, 0}, {WEIR_X_HEADROOM, 0, 0, 0}};
  block_memory out(h.total + sizeof list + bytes.size() + 8);
  std::memcpy(out.data(), m.data(), h.off_ext);
  auto* head = reinterpret_cast<weir_batch*>(out.data());
  head->n_ext = 2;
  head->off_blob = h.off_ext + static_cast<std::uint32_t>(sizeof list);
  std::memcpy(out.data() + h.off_ext, list, sizeof list);
  std::memcpy(out.data() + head->off_blob, m.data() + h.off_blob, h.len_blob);
  std::memcpy(out.data() + head->off_blob + h.len_blob, bytes.data(), bytes.size());
  head->len_blob += 8;
  head->total = head->off_blob + head->len_blob;
  return out;
}
std::string source_of(const block_memory& m) {
  const auto* x = reinterpret_cast<const weir_ext*>(m.data() + m.head()->off_ext);
  return m.head()->n_ext == 1 && x->id == WEIR_X_SOURCE
             ? std::string(block(m.head()).blob() + x->off, x->len)
             : "no single source section";
}

TEST(Merge, KeepsTheSourceOfOneBlock) {
  const block_memory m = with_extensions(testing::make_batch(sample(), 9));
  ASSERT_EQ(validate(m.data(), m.size()), nullptr);
  EXPECT_EQ(source_of(written(Merge(whole(*m.head())))), "offset 7");
  EXPECT_EQ(source_of(written(Merge(Selection{m.head(), nullptr, 3, 1}))), "offset 7");
  const std::vector<Selection> twice{whole(*m.head()), whole(*m.head())};
  EXPECT_EQ(written(Merge(twice)).head()->n_ext, 0U);
}

TEST(Selection, WeighsItsShare) {
  const block_memory m = testing::make_batch(sample(), 9);
  const Selection all = whole(*m.head());
  EXPECT_EQ(selected_bytes(all), m.head()->total);
  const Selection half{m.head(), nullptr, 0, 2};
  EXPECT_LT(selected_bytes(half), m.head()->total * 3 / 4);
  const block_memory raw =
      testing::make_batch({"raw record \"" + std::string(1000, 'x') + "\"", "raw record \"y\""}, 9);
  EXPECT_LT(selected_bytes({raw.head(), nullptr, 1, 1}), 100U);
  EXPECT_GT(selected_bytes({raw.head(), nullptr, 0, 1}), 1000U);
}

TEST(Selection, GivesItsFrontAway) {
  const block_memory m = testing::make_batch(lines(100, "m a=1i 1"), 9);
  RowMask mask(100, false);
  for (std::uint32_t r = 1; r < 100; r += 3) mask.set(r);
  Selection rest{m.head(), mask.data(), 0, 100};
  const Selection front = take_front(rest, 10);
  EXPECT_EQ(count_selected(front), 10U);
  EXPECT_EQ(count_selected(rest), 23U);
  EXPECT_EQ(front.n_rows, 29U);
  EXPECT_EQ(rest.row0, 29U);
  EXPECT_EQ(count_selected(take_front(rest, 1000)), 23U);
  EXPECT_EQ(count_selected(rest), 0U);
}

TEST(CopyWithSlack, LeavesRowsAndIdsAsTheyAre) {
  const block_memory m = with_extensions(testing::make_batch(sample(), 9));
  block_memory out(copy_bytes(*m.head()));
  const std::uint32_t used = copy_with_slack(*m.head(), out.data());
  EXPECT_EQ(validate(out.data(), used), nullptr);
  EXPECT_EQ(rows_of(out), rows_of(m));
  EXPECT_EQ(out.head()->n_ext, 2U);
  EXPECT_GE(out.head()->off_strs - out.head()->off_fields,
            (out.head()->n_fields + 8) * sizeof(weir_field));
}

// ---- random blocks ----

struct Random {
  std::mt19937_64 rng;
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(rng() % n); }
  std::string word(const char* prefix, std::uint32_t of) {
    return prefix + std::to_string(below(of));
  }
};

std::string random_row(Random& any) {
  std::string row = any.word("m", 5);
  for (std::uint32_t i = any.below(4); i > 0; --i) {
    row += "," + any.word("t", 6) + "=" + any.word("v", 20);
  }
  char before = ' ';
  for (std::uint32_t i = any.below(5) + 1; i > 0; --i, before = ',') {
    row += before + any.word("f", 8) + "=";
    switch (any.below(4)) {
      case 0: row += std::to_string(any.below(100)) + "i"; break;
      case 1: row += std::to_string(any.below(100)) + ".25"; break;
      case 2: row += "t"; break;
      default: row += "\"" + std::string(any.below(40), 's') + "\""; break;
    }
  }
  return row + " " + std::to_string(any.below(1000));
}
lines random_rows(Random& any) {
  lines rows;
  for (std::uint32_t i = any.below(40); i > 0; --i) rows.push_back(random_row(any));
  return rows;
}

struct Case {
  std::vector<block_memory> blocks;
  std::vector<RowMask> masks;
  std::vector<Selection> selections;
};
Case random_case(Random& any) {
  Case c;
  const std::uint32_t n = any.below(6);
  for (std::uint32_t i = 0; i < n; ++i) {
    c.blocks.push_back(testing::make_batch(random_rows(any), 5));
    const std::uint32_t rows = c.blocks.back().head()->n_rows;
    c.masks.emplace_back(rows);
    const std::uint32_t dropped = any.below(4);
    for (std::uint32_t r = 0; r < rows; ++r) {
      if (any.below(4) < dropped) c.masks.back().clear(r);
    }
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t rows = c.blocks[i].head()->n_rows;
    const std::uint32_t row0 = any.below(3) == 0 ? any.below(rows + 1) : 0;
    const std::uint32_t count = any.below(3) == 0 ? any.below(rows - row0 + 1) : rows - row0;
    c.selections.push_back(
        {c.blocks[i].head(), any.below(3) == 0 ? nullptr : c.masks[i].data(), row0, count});
  }
  return c;
}

TEST(Merge, HoldsExactlyTheSelectedRows) {
  const char* only = std::getenv("WEIR_SEED");
  const std::uint64_t first = only != nullptr ? std::stoull(only) : 1;
  for (std::uint64_t seed = first; seed < first + (only != nullptr ? 1 : 2000); ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Random any{std::mt19937_64(seed)};
    const Case c = random_case(any);
    lines expected;
    for (const Selection& s : c.selections) {
      for (std::string& row : rows_of(s)) expected.push_back(std::move(row));
    }
    const Merge plan(c.selections, any.below(2) == 0 ? Room::none : Room::slack);
    ASSERT_EQ(plan.rows(), expected.size());
    ASSERT_EQ(rows_of(written(plan)), expected);
  }
}

}  // namespace
}  // namespace weir
