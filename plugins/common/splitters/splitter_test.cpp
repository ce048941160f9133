#include "plugins/common/splitters/splitter.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

using namespace std::string_literals;
using Messages = std::vector<std::string>;

// All messages of a stream that comes in such pieces, and what is left of it.
Messages split(const Splitter& splitter, const std::vector<std::string>& pieces) {
  Messages all;
  std::string data;
  std::size_t searched = 0;
  for (const std::string& piece : pieces) {
    data += piece;
    while (const auto cut = splitter.first(data, searched)) {
      all.push_back(data.substr(cut->begin, cut->end - cut->begin));
      data.erase(0, cut->used);
      searched = 0;
    }
  }
  if (!data.empty()) all.push_back("left: " + data);
  return all;
}

struct SplitCase {
  const char* what;
  SplitterOptions options;
  std::string stream;
  Messages messages;
};

SplitterOptions strategy(const std::string& name) {
  SplitterOptions o;
  o.splitting_strategy = name;
  o.splitting_length_field.endianness = "be";
  return o;
}
SplitterOptions delimiter(const std::string& bytes) {
  SplitterOptions o = strategy("delimiter");
  o.splitting_delimiter = bytes;
  return o;
}
SplitterOptions fixed(std::int64_t length) {
  SplitterOptions o = strategy("fixed length");
  o.splitting_length = length;
  return o;
}
SplitterOptions variable(const LengthField& field) {
  SplitterOptions o = strategy("variable length");
  o.splitting_length_field = field;
  return o;
}

class Split : public testing::TestWithParam<SplitCase> {};

TEST_P(Split, FindsTheMessages) {
  const auto splitter = make_splitter(GetParam().options);
  EXPECT_EQ(split(*splitter, {GetParam().stream}), GetParam().messages);
}

TEST_P(Split, DoesNotCareHowTheStreamIsCut) {
  const auto splitter = make_splitter(GetParam().options);
  const std::string& stream = GetParam().stream;
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    EXPECT_EQ(split(*splitter, {stream.substr(0, at), stream.substr(at)}), GetParam().messages)
        << at;
  }
  std::vector<std::string> bytes;
  for (const char c : stream) bytes.emplace_back(1, c);
  EXPECT_EQ(split(*splitter, bytes), GetParam().messages);
}

INSTANTIATE_TEST_SUITE_P(
    All, Split,
    testing::Values(
        SplitCase{"null", strategy("null"), "one\0\0two\0th"s, {"one", "", "two", "left: th"}},
        SplitCase{"delimiter", delimiter("0x3b"), "a;b;", {"a", "b"}},
        SplitCase{"long_delimiter",
                  delimiter("0xBE 0xEF 0x00"),
                  "a\xbe\xef\0\xbe\xef"
                  "b\xbe\xef\0"s,
                  {"a",
                   "\xbe\xef"
                   "b"}},
        SplitCase{"delimiter_that_repeats", delimiter("0A0A"), "a\n\n\nb\n\n", {"a", "\nb"}},
        SplitCase{"fixed_length", fixed(6), "foobarfuubarfoo", {"foobar", "fuubar", "left: foo"}},
        SplitCase{"length_without_header",
                  variable({0, 1, "be", 1}),
                  "\3one\0\5three\2t"s,
                  {"one", "", "three", "left: \2t"}},
        SplitCase{"length_behind_an_offset",
                  variable({2, 2, "be", 4}),
                  "hh\0\3onehh\0\2two"s,
                  {"one", "tw", "left: o"}},
        SplitCase{"little_endian", variable({0, 4, "le", 4}), "\3\0\0\0one"s, {"one"}},
        SplitCase{"eight_bytes", variable({0, 8, "", 8}), "\0\0\0\0\0\0\0\3one"s, {"one"}},
        SplitCase{
            "header_in_the_message", variable({0, 1, "be", 0}), "\4one\4two", {"\4one", "\4two"}},
        SplitCase{"length_beyond_all_memory",
                  variable({0, 8, "be", 8}),
                  "\xff\xff\xff\xff\xff\xff\xff\xff"
                  "abc",
                  {"left: \xff\xff\xff\xff\xff\xff\xff\xff"
                   "abc"}}),
    [](const auto& test) { return test.param.what; });

TEST(Splitter, IsNotNeededForLines) {
  EXPECT_EQ(make_splitter(strategy("newline")), nullptr);
  EXPECT_EQ(make_splitter(strategy("")), nullptr);
}

TEST(Splitter, RefusesAMessageWithoutEnd) {
  const auto splitter = make_splitter(variable({0, 1, "be", 0}));
  std::size_t searched = 0;
  EXPECT_THROW((void)splitter->first("\0abc"s, searched), fail);
}

TEST(Splitter, LooksAtEachByteOnce) {
  const auto splitter = make_splitter(delimiter("0d0a"));
  std::size_t searched = 0;
  EXPECT_FALSE(splitter->first("abcdef", searched));
  EXPECT_EQ(searched, 5U);
  EXPECT_FALSE(splitter->first("abcdef\r", searched));
  EXPECT_EQ(searched, 6U);
  EXPECT_EQ(splitter->first("abcdef\r\n", searched)->used, 8U);
}

std::string refused(const SplitterOptions& o) {
  try {
    make_splitter(o);
  } catch (const config_error& why) {
    return why.path();
  }
  return "none";
}

TEST(SplitterOptions, TakeDelimitersInManySpellings) {
  for (const char* text : {"0x0D0A", "x0d0a", "0d0a", "0x0d 0x0a", " 0x0D  0A"}) {
    const auto splitter = make_splitter(delimiter(text));
    EXPECT_EQ(split(*splitter, {"a\r\n"}), Messages{"a"}) << text;
  }
}

TEST(SplitterOptions, NameTheWrongOne) {
  EXPECT_EQ(refused(strategy("lines")), "splitting_strategy");
  for (const char* text : {"", "0x", "0xf", "0xgg", "hello"}) {
    EXPECT_EQ(refused(delimiter(text)), "splitting_delimiter") << text;
  }
  EXPECT_EQ(refused(fixed(0)), "splitting_length");
  EXPECT_EQ(refused(variable({0, 3, "be", 0})), "splitting_length_field.bytes");
  EXPECT_EQ(refused(variable({-1, 1, "be", 0})), "splitting_length_field.offset");
  EXPECT_EQ(refused(variable({0, 1, "me", 0})), "splitting_length_field.endianness");
  EXPECT_EQ(refused(variable({0, 1, "be", -1})), "splitting_length_field.header_length");
}

}  // namespace
}  // namespace weir::common
