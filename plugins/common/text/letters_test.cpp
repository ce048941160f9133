#include "plugins/common/text/letters.hpp"

#include <gtest/gtest.h>

namespace weir::common {
namespace {

std::string made(void (*append)(std::string_view, std::string&), std::string_view text) {
  std::string out = ">";
  append(text, out);
  return out;
}

// Goal: case as Go makes it, which Telegraf's users see.
TEST(Letters, UpperAndLowerAreThoseOfEveryScript) {
  EXPECT_EQ(made(append_upper, "straße ñandú ǅ иж"), ">STRAßE ÑANDÚ Ǆ ИЖ");
  EXPECT_EQ(made(append_lower, "STRAßE ÑANDÚ ǅ ИЖ"), ">straße ñandú ǆ иж");
  EXPECT_EQ(made(append_upper, "az09_[`{"), ">AZ09_[`{");
  EXPECT_EQ(made(append_lower, "AZ09@[`{"), ">az09@[`{");
  EXPECT_EQ(made(append_upper,
                 "é\xff"
                 "b\xc3"),
            ">É\xff"
            "B\xc3");
  EXPECT_EQ(made(append_upper, ""), ">");
}

// Goal: title case as golang.org/x/text/cases makes it without lowering.
TEST(Letters, TitleCaseBeginsEveryWord) {
  EXPECT_EQ(made(append_title, "hello wORLD"), ">Hello WORLD");
  EXPECT_EQ(made(append_title, "it's o'neill's e.g. a:b"), ">It's O'neill's E.g. A:b");
  EXPECT_EQ(made(append_title, "a-b c/d x_y 3rd a..b a''b"), ">A-B C/D X_y 3Rd A..B A''B");
  EXPECT_EQ(made(append_title, "ßa ǆa ﬁn ŉa"), ">Ssa ǅa Fin ʼNa");
  EXPECT_EQ(made(append_title, "éa e\u0301a 日a"), ">Éa E\u0301a 日A");
  EXPECT_EQ(made(append_title,
                 "a\xff"
                 "b"),
            ">A\xff"
            "B");
}

TEST(Letters, TrimsWhiteSpaceOfEveryScript) {
  EXPECT_EQ(trim_space(" \t\u00a0\u3000x y\u2028\u0085\n"), "x y");
  EXPECT_EQ(trim_space_left(" x "), "x ");
  EXPECT_EQ(trim_space_right(" x "), " x");
  EXPECT_EQ(trim_space("\u200bx\xa0"), "\u200bx\xa0");
  EXPECT_EQ(trim_space(" \n "), "");
}

TEST(Letters, KnowsTheLastCharacter) {
  EXPECT_EQ(last_character("ab"), 1U);
  EXPECT_EQ(last_character("aé"), 2U);
  EXPECT_EQ(last_character("a日"), 3U);
  EXPECT_EQ(last_character("a😀"), 4U);
  EXPECT_EQ(last_character("\x80"), 1U);
  EXPECT_EQ(last_character("é\x80"), 1U);
}

}  // namespace
}  // namespace weir::common
