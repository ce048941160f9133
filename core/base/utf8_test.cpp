#include "core/base/utf8.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

std::vector<std::uint32_t> codes_of(std::string_view text) {
  std::vector<std::uint32_t> codes;
  while (!text.empty()) codes.push_back(next_code_point(text));
  return codes;
}

TEST(NextCodePoint, ReadsAllLengths) {
  EXPECT_EQ(codes_of("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
            (std::vector<std::uint32_t>{'a', 0xe9, 0x20ac, 0x1f600}));
}

TEST(NextCodePoint, GivesBytesThatAreNoUtf8OneByOne) {
  const std::uint32_t raw = raw_byte_code;
  EXPECT_EQ(codes_of("\xff"), (std::vector<std::uint32_t>{raw + 0xff}));
  EXPECT_EQ(codes_of("\xc3"), (std::vector<std::uint32_t>{raw + 0xc3}));
  EXPECT_EQ(codes_of("\xc3 "), (std::vector<std::uint32_t>{raw + 0xc3, ' '}));
  EXPECT_EQ(codes_of("\xe0\x80\x80").size(), 3U);      // Longer than needed.
  EXPECT_EQ(codes_of("\xed\xa0\x80").size(), 3U);      // A surrogate.
  EXPECT_EQ(codes_of("\xf4\x90\x80\x80").size(), 4U);  // Beyond the last code point.
}

TEST(CutUtf8, NeverEndsInsideACharacter) {
  EXPECT_EQ(cut_utf8("abc", 5), "abc");
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
  EXPECT_EQ(cut_utf8("a\xe2\x82\xac", 3), "a");
  EXPECT_EQ(cut_utf8("a\xe2\x82\xac"
                     "b",
                     4),
            "a\xe2\x82\xac");
}

}  // namespace
}  // namespace weir
