#include "plugins/parsers/csv/splitter.hpp"

#include <random>

#include <gtest/gtest.h>

namespace weir::csv {
namespace {

using Cells = std::vector<std::string>;
using Table = std::vector<Cells>;

// All records; of what cannot be read the problem.
Table read(Splitter& splitter, const std::string& text) {
  Table table;
  for (std::size_t at = 0; at < text.size();) {
    const Splitter::Found found = splitter.next(text, at, true);
    if (found == Splitter::Found::bad) table.push_back({"!", splitter.problem()});
    if (found == Splitter::Found::record) {
      table.emplace_back(splitter.cells().begin(), splitter.cells().end());
    }
  }
  return table;
}
Table read(const std::string& text, const Dialect& dialect = {}) {
  Splitter splitter(dialect);
  return read(splitter, text);
}

TEST(Splitter, CutsAsGoDoes) {
  EXPECT_EQ(read("a,b\n\n1,\r\n\r\n,2"), (Table{{"a", "b"}, {"1", ""}, {"", "2"}}));
  EXPECT_EQ(read("\"x,y\",\"say \"\"hi\"\"\",\"multi\r\nline\"\n\"\",p,\"\"\"\"\r\nend\r"),
            (Table{{"x,y", "say \"hi\"", "multi\nline"}, {"", "p", "\""}, {"end"}}));
  EXPECT_EQ(read("a§b,c§\"d§\"§e", {"§", "", false}), (Table{{"a", "b,c", "d§", "e"}}));
  EXPECT_EQ(read("#a\n#\"\nb#,c\n \n", {",", "#", false}), (Table{{"b#", "c"}, {" "}}));
  EXPECT_EQ(read(" a ,\t b c , \" d \" \n \n", {",", "", true}),
            (Table{{"!", "a quote within a quoted cell is not doubled"}, {""}}));
  EXPECT_EQ(read(" a ,\t b c , \" d \",\xc2\xa0x\n", {",", "", true}),
            (Table{{"a", "b c", "d", "x"}}));
  EXPECT_EQ(read("a\t\t b\n", {"\t", "", true}), (Table{{"a", "b"}}));  // blanks go with delimiters
  EXPECT_EQ(read("a\"b\"c\n", {"\"", "", false}), (Table{{"a", "b", "c"}}));
  EXPECT_EQ(read(std::string("a\0b", 3), {std::string(1, '\0'), "", false}), (Table{{"a", "b"}}));
}

TEST(Splitter, BadLinesCostThemselves) {
  EXPECT_EQ(read("a,b\"c\n1,2\n\"x\"y,3\n4,5\n\"6,7\n8,9\n"),
            (Table{{"!", "a quote stands within a cell that does not begin with one"},
                   {"1", "2"},
                   {"!", "a quote within a quoted cell is not doubled"},
                   {"4", "5"},
                   {"!", "a quote is not closed"},
                   {"8", "9"}}));
}

TEST(Splitter, WaitsForWhatIsNotFinished) {
  Splitter splitter({});
  for (const std::string text : {"a,b", "\"a", "\"a\n", "\"a\nb\"", "\"a\"x", ""}) {
    std::size_t at = 0;
    EXPECT_EQ(splitter.next(text, at, false), Splitter::Found::more) << text;
    EXPECT_EQ(at, 0U);
  }
}

// Goal: the way of lines without quotes gives what the careful way gives: a quote in front forces the latter.
TEST(Splitter, BothWaysGiveTheSame) {
  std::mt19937 random(7);
  constexpr std::string_view letters = "ab, \t;.1\r";
  Splitter plain({});
  Splitter trimming({",", "", true});
  for (int i = 0; i < 5000; ++i) {
    std::string line = "x";
    for (std::size_t n = random() % 70; n > 0; --n) line += letters[random() % letters.size()];
    line += "x";
    for (Splitter* splitter : {&plain, &trimming}) {
      Table expected = read(*splitter, line);
      expected[0].insert(expected[0].begin(), "q");
      ASSERT_EQ(read(*splitter, "\"q\"," + line), expected) << line;
    }
  }
}

}  // namespace
}  // namespace weir::csv
