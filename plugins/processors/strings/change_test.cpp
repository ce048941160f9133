#include "plugins/processors/strings/change.hpp"

#include <gtest/gtest.h>

namespace weir::strings {
namespace {

std::string made(Operation operation, std::string_view text, const ChangeSettings& settings = {}) {
  Change change(operation, settings);
  return std::string(change.apply(text));
}

ChangeSettings with_cutset(const char* cutset) {
  ChangeSettings s;
  s.cutset = cutset;
  return s;
}

TEST(Change, Case) {
  EXPECT_EQ(made(Operation::lowercase, "ÀB"), "àb");
  EXPECT_EQ(made(Operation::uppercase, "àbß"), "ÀBß");
  EXPECT_EQ(made(Operation::titlecase, "one tWO"), "One TWO");
}

TEST(Change, TrimTakesWhiteSpaceOrTheCutset) {
  EXPECT_EQ(made(Operation::trim, " \u00a0x y\n"), "x y");
  EXPECT_EQ(made(Operation::trim_left, "  x "), "x ");
  EXPECT_EQ(made(Operation::trim_right, "  x "), "  x");
  EXPECT_EQ(made(Operation::trim, "éx-é-", with_cutset("-é")), "x");
  EXPECT_EQ(made(Operation::trim_left, "my_value", with_cutset("my_")), "value");
  EXPECT_EQ(made(Operation::trim_right, "aab", with_cutset("ab")), "");
  EXPECT_EQ(made(Operation::trim, " x ", with_cutset("x")), " x ");
}

TEST(Change, PrefixAndSuffixGoOnce) {
  ChangeSettings s;
  s.prefix = s.suffix = "ab";
  EXPECT_EQ(made(Operation::trim_prefix, "ababx", s), "abx");
  EXPECT_EQ(made(Operation::trim_suffix, "xabab", s), "xab");
  EXPECT_EQ(made(Operation::trim_prefix, "ab", s), "");
  EXPECT_EQ(made(Operation::trim_prefix, "xab", s), "xab");
}

TEST(Change, ReplaceNeverLeavesNothing) {
  ChangeSettings s;
  s.old_text = "aa";
  s.new_text = "b";
  EXPECT_EQ(made(Operation::replace, "aaaxaa", s), "baxb");
  s.new_text = "";
  EXPECT_EQ(made(Operation::replace, "xaa", s), "x");
  EXPECT_EQ(made(Operation::replace, "aaaa", s), "aaaa");
  s.old_text = "";
  s.new_text = "-";
  EXPECT_EQ(made(Operation::replace, "éb", s), "-é-b-");
  EXPECT_EQ(made(Operation::replace, "", s), "-");
}

TEST(Change, LeftCountsBytes) {
  ChangeSettings s;
  s.width = 3;
  EXPECT_EQ(made(Operation::left, "abcd", s), "abc");
  EXPECT_EQ(made(Operation::left, "ab", s), "ab");
  EXPECT_EQ(made(Operation::left, "éé", s), "é\xc3");
}

TEST(Change, Base64BecomesUtf8OrStays) {
  EXPECT_EQ(made(Operation::base64decode, "aGVsbG8gd29ybGQ="), "hello world");
  EXPECT_EQ(made(Operation::base64decode, "aGVs\nbG8=\r\n"), "hello");
  for (const char* other : {"aGVsbG8", "a", "a===", "aG=sbG8=", "/w==", "YQ==YQ==", "no base64"}) {
    EXPECT_EQ(made(Operation::base64decode, other), other);
  }
}

TEST(Change, ValidUtf8ReplacesRuns) {
  ChangeSettings s;
  EXPECT_EQ(made(Operation::valid_utf8,
                 "a\xff\xfe"
                 "é\xc3",
                 s),
            "aé");
  s.replacement = "?";
  EXPECT_EQ(made(Operation::valid_utf8,
                 "a\xff\xfe"
                 "é\xc3",
                 s),
            "a?é?");
  EXPECT_EQ(made(Operation::valid_utf8, "é", s), "é");
}

}  // namespace
}  // namespace weir::strings
