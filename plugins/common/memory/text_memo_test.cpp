// Goal: a string is stored once, and its id is that of the batch at hand.

#include "plugins/common/memory/text_memo.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

TEST(TextMemo, StoresAStringOnce) {
  Arena arena;
  TextMemo memo(arena);
  const std::uint32_t empty = memo.add("");
  const std::uint32_t host = memo.add(std::string("host"));
  EXPECT_NE(empty, host);
  EXPECT_EQ(memo.add("host"), host);
  EXPECT_EQ(memo.text(host), "host");
  EXPECT_EQ(memo.text(empty), "");
}

TEST(TextMemo, IdsAreThoseOfTheGeneration) {
  Arena arena;
  TextMemo memo(arena);
  const std::uint32_t host = memo.add("host");
  string_table first;
  EXPECT_EQ(memo.id_of(host, first, 1), 0U);
  EXPECT_EQ(memo.id_of(host, first, 1), 0U);
  string_table second;
  second.intern("other");
  EXPECT_EQ(memo.id_of(host, second, 2), 1U);
  EXPECT_EQ(second.str(1), "host");
}

TEST(TextMemo, ClearForgetsAll) {
  Arena arena;
  TextMemo memo(arena);
  memo.add("a");
  memo.add("b");
  memo.clear();
  arena.clear();
  EXPECT_EQ(memo.add("b"), 0U);
}

}  // namespace
}  // namespace weir::common
