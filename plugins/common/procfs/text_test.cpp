#include "plugins/common/procfs/text.hpp"

#include <gtest/gtest.h>

namespace weir::procfs {
namespace {

TEST(Lines, AreCutAtLineBreaks) {
  std::string_view text = "a b\n\nlast";
  EXPECT_EQ(take_line(text), "a b");
  EXPECT_EQ(take_line(text), "");
  EXPECT_EQ(take_line(text), "last");
  EXPECT_TRUE(text.empty());
}

TEST(Words, AreCutAtBlanks) {
  std::string_view line = "  a\tbc  d ";
  EXPECT_EQ(take_word(line), "a");
  EXPECT_EQ(take_word(line), "bc");
  EXPECT_EQ(take_word(line), "d");
  EXPECT_EQ(take_word(line), "");
  EXPECT_EQ(take_word(line), "");
}

TEST(Trim, LeavesTheMiddle) {
  EXPECT_EQ(trim(" \ta b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Numbers, AreWholeWords) {
  std::uint64_t number = 0;
  EXPECT_TRUE(to_number("18446744073709551615", number));
  EXPECT_EQ(number, 18446744073709551615U);
  for (const char* word : {"", "-1", "1x", "0x1", "18446744073709551616", " 1"}) {
    EXPECT_FALSE(to_number(word, number)) << word;
  }
  std::int64_t negative = 0;
  EXPECT_TRUE(to_number("-12", negative));
  EXPECT_EQ(negative, -12);
  double load = 0;
  EXPECT_TRUE(to_number("0.52", load));
  EXPECT_EQ(load, 0.52);
}

TEST(Octal, EscapesBecomeBytes) {
  EXPECT_EQ(unescape_octal("/mnt/a\\040b\\134c"), "/mnt/a b\\c");
  EXPECT_EQ(unescape_octal("a\\04"), "a\\04");
  EXPECT_EQ(unescape_octal("a\\480"), "a\\480");
  EXPECT_EQ(unescape_octal("a\\777"), "a\\777");
  EXPECT_EQ(unescape_octal(""), "");
}

TEST(Concat, PutsPiecesTogether) {
  EXPECT_EQ(concat({"a", "", "bc"}), "abc");
  EXPECT_EQ(concat({}), "");
}

}  // namespace
}  // namespace weir::procfs
