#include "plugins/inputs/tail/text_lines.hpp"

#include <gtest/gtest.h>

#include <weir/error.hpp>

namespace weir::tail {
namespace {

using Texts = std::vector<std::string>;

MultilineOptions previous(const char* pattern) {
  MultilineOptions o;
  o.pattern = pattern;
  o.match_which_line = "previous";
  o.quotation = "ignore";
  o.timeout.ns = 5;
  return o;
}
// The texts of these bytes, and behind them what is left at the end.
Texts read(const MultilineOptions& options, std::string_view bytes) {
  const MultilineRule rule(options);
  TextSettings s;
  s.multiline = &rule;
  TextLines lines(s);
  Texts texts;
  lines.add(bytes, 0, texts);
  lines.finish(texts);
  return texts;
}

TEST(TextLines, AreCutAndFreedFromColours) {
  TextSettings s;
  s.strip_colours = true;
  TextLines lines(s);
  Texts texts;
  lines.add("\x1b[31mred\x1b[0m\r\n\nx\x1b[1;3", 0, texts);
  lines.add("2mgreen\x1b[K \x1b[x\n", 0, texts);
  EXPECT_EQ(texts, (Texts{"red", "xgreen \x1b[x"}));
}

TEST(TextLines, AreDecoded) {
  TextSettings s;
  s.encoding = common::TextEncoding::utf16le;
  TextLines lines(s);
  Texts texts;
  lines.add(std::string_view("\xff\xfe"
                             "a\0\xe9\0\n",
                             7),
            0, texts);
  lines.add(std::string_view("\0b\0", 3), 0, texts);
  EXPECT_EQ(texts, Texts{"a\xc3\xa9"});
  lines.finish(texts);
  EXPECT_EQ(texts.back(), "b");
}

TEST(TextLines, WithoutEndComeInPieces) {
  TextLines lines{TextSettings{}};
  Texts texts;
  lines.add(std::string(Multiline::text_bytes_max, 'x'), 0, texts);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].size(), Multiline::text_bytes_max);
}

TEST(MultilineTexts, GoOnWithThePreviousLine) {
  EXPECT_EQ(read(previous("^\\s"), "first\n  a\n  b\nsecond\nthird\n  c\n"),
            (Texts{"first  a  b", "second", "third  c"}));
}

TEST(MultilineTexts, GoOnWithTheNextLine) {
  MultilineOptions o = previous("\\\\$");
  o.match_which_line = "next";
  o.preserve_newline = true;
  EXPECT_EQ(read(o, "a \\\nb \\\nc\nd\n"), (Texts{"a \\\nb \\\nc", "d"}));
}

TEST(MultilineTexts, MayBeginWhereThePatternMatches) {
  MultilineOptions o = previous("^\\d");
  o.invert_match = true;
  EXPECT_EQ(read(o, "1 a\nb\n2 c\n"), (Texts{"1 ab", "2 c"}));
}

TEST(MultilineTexts, GoOnInQuotes) {
  MultilineOptions o = previous("");
  o.match_which_line = "next";
  o.quotation = "double-quotes";
  EXPECT_EQ(read(o, "a \"b\nc\\\" d\ne\" f\ng\n"), (Texts{"a \"bc\\\" de\" f", "g"}));
}

TEST(MultilineTexts, AreCompleteAfterAWhile) {
  const MultilineRule rule(previous("^\\s"));
  TextSettings s;
  s.multiline = &rule;
  TextLines lines(s);
  Texts texts;
  EXPECT_FALSE(lines.due_ns());
  lines.add("first\n", 100, texts);
  EXPECT_EQ(lines.due_ns(), 105);
  lines.expire(104, texts);
  EXPECT_EQ(texts, Texts{});
  lines.expire(105, texts);
  EXPECT_EQ(texts, Texts{"first"});
}

TEST(MultilineOptions, AreChecked) {
  EXPECT_THROW(MultilineRule(previous("(")), config_error);
  MultilineOptions o = previous("x");
  o.timeout.ns = 0;
  EXPECT_THROW(MultilineRule{o}, config_error);
}

}  // namespace
}  // namespace weir::tail
