#include "plugins/common/text/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

TEST(Utf8, AcceptsWellFormedText) {
  for (const std::string_view s :
       {"", "plain ascii, long enough for words", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
        "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "a\xc2\x80z"}) {
    EXPECT_TRUE(is_utf8(s)) << s;
  }
}

TEST(Utf8, RefusesWhatIsCutOverlongOrBeyond) {
  for (const std::string_view s :
       {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "12345678\xff", "\xc3(",
        "\xf0\x9f\x98"}) {
    EXPECT_FALSE(is_utf8(s)) << s;
  }
}

// Goal: the bytewise rule agrees with encoding every code point.
TEST(Utf8, EveryCodePointButSurrogatesIsValid) {
  for (unsigned c = 0x800; c < 0x10000; ++c) {
    const std::string s = {static_cast<char>(0xe0 | (c >> 12)),
                           static_cast<char>(0x80 | ((c >> 6) & 0x3f)),
                           static_cast<char>(0x80 | (c & 0x3f))};
    ASSERT_EQ(is_utf8(s), c < 0xd800 || c > 0xdfff) << c;
  }
}

}  // namespace
}  // namespace weir::common
