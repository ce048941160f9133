#include "plugins/common/text_encoding/text_decoder.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

using namespace std::string_view_literals;

struct DecodeCase {
  const char* what;
  TextEncoding encoding;
  std::string_view bytes;
  std::string_view text;
};

class Decode : public testing::TestWithParam<DecodeCase> {};

TEST_P(Decode, GivesUtf8) {
  TextDecoder decoder(GetParam().encoding);
  std::string text;
  decoder.decode(GetParam().bytes, true, text);
  EXPECT_EQ(text, GetParam().text);
}

TEST_P(Decode, DoesNotCareHowTheBytesAreCut) {
  const std::string_view bytes = GetParam().bytes;
  TextDecoder decoder(GetParam().encoding);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    std::string text;
    decoder.decode(bytes.substr(0, cut), false, text);
    decoder.decode(bytes.substr(cut), true, text);
    EXPECT_EQ(text, GetParam().text) << cut;
  }
  std::string text;
  for (const char& byte : bytes) decoder.decode({&byte, 1}, false, text);
  decoder.decode({}, true, text);
  EXPECT_EQ(text, GetParam().text);
}

constexpr auto utf8 = TextEncoding::utf8;
constexpr auto le = TextEncoding::utf16le;
constexpr auto be = TextEncoding::utf16be;

INSTANTIATE_TEST_SUITE_P(
    All, Decode,
    testing::Values(
        DecodeCase{"plain", utf8, "abc\n", "abc\n"}, DecodeCase{"empty", utf8, "", ""},
        DecodeCase{"two_three_four_bytes", utf8, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
                   "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        DecodeCase{"mark_at_the_begin", utf8, "\xef\xbb\xbfm v=1", "m v=1"},
        DecodeCase{"second_mark_stays", utf8, "\xef\xbb\xbf\xef\xbb\xbf", "\xef\xbb\xbf"},
        DecodeCase{"lone_continuation", utf8, "a\x80z", "a\xef\xbf\xbdz"},
        DecodeCase{"broken_character", utf8, "\xe2\x82z", "\xef\xbf\xbd\xef\xbf\xbdz"},
        DecodeCase{"cut_off_at_the_end", utf8, "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd"},
        DecodeCase{"overlong", utf8, "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
        DecodeCase{"surrogate", utf8, "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        DecodeCase{"beyond_the_last", utf8, "\xf4\x90\x80\x80",
                   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        DecodeCase{"little_endian", le, "a\0\xac\x20\x3d\xd8\x00\xde"sv,
                   "a\xe2\x82\xac\xf0\x9f\x98\x80"},
        DecodeCase{"big_endian", be, "\0a\x20\xac\xd8\x3d\xde\x00"sv,
                   "a\xe2\x82\xac\xf0\x9f\x98\x80"},
        DecodeCase{"little_endian_mark", le,
                   "\xff\xfe"
                   "a\0"sv,
                   "a"},
        DecodeCase{"big_endian_mark", be, "\xfe\xff\0a"sv, "a"},
        DecodeCase{"lone_high_half", le,
                   "\x3d\xd8"
                   "a\0"sv,
                   "\xef\xbf\xbd"
                   "a"},
        DecodeCase{"lone_low_half", le,
                   "\x00\xde"
                   "a\0"sv,
                   "\xef\xbf\xbd"
                   "a"},
        DecodeCase{"high_half_at_the_end", be, "\xd8\x3d"sv, "\xef\xbf\xbd"},
        DecodeCase{"odd_byte_at_the_end", le, "a\0b"sv, "a\xef\xbf\xbd"},
        DecodeCase{"none", TextEncoding::none, "\xff\x00"sv, "\xff\x00"sv}),
    [](const auto& test) { return test.param.what; });

TEST(TextEncodingOf, KnowsTelegrafsNames) {
  EXPECT_EQ(text_encoding_of(""), TextEncoding::none);
  EXPECT_EQ(text_encoding_of("utf-8"), TextEncoding::utf8);
  EXPECT_EQ(text_encoding_of("utf-16le"), TextEncoding::utf16le);
  EXPECT_EQ(text_encoding_of("utf-16be"), TextEncoding::utf16be);
  EXPECT_FALSE(text_encoding_of("latin1").has_value());
}

}  // namespace
}  // namespace weir::common
