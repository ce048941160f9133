#include "plugins/common/processes/command_line.hpp"

#include <gtest/gtest.h>

namespace weir::common {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
  Words words;
  EXPECT_EQ(split_command(line, words), "") << line;
  return words;
}
std::string fault_of(std::string_view line) {
  Words words;
  return split_command(line, words);
}

TEST(CommandLine, IsCutAtBlanks) {
  EXPECT_EQ(words_of(" a  b\tc\nd "), (Words{"a", "b", "c", "d"}));
  EXPECT_EQ(words_of(" \n"), Words{});
  EXPECT_EQ(words_of("a $B *.c | d"), (Words{"a", "$B", "*.c", "|", "d"}));
}

TEST(CommandLine, QuotesKeepBlanks) {
  EXPECT_EQ(words_of("'a b'\"c d\"e f"), (Words{"a bc de", "f"}));
  EXPECT_EQ(words_of("'' \"\" x"), (Words{"", "", "x"}));
  EXPECT_EQ(words_of(R"('a\' "b'c" 'd"e')"), (Words{"a\\", "b'c", "d\"e"}));
}

TEST(CommandLine, BackslashesTakeTheMeaning) {
  EXPECT_EQ(words_of(R"(a\ b \' \\ \x)"), (Words{"a b", "'", "\\", "x"}));
  EXPECT_EQ(words_of(R"("\$ \` \" \\ \x")"), Words{R"($ ` " \ \x)"});
  EXPECT_EQ(words_of("a\\\nb \\\n c"), (Words{"ab", "c"}));
  EXPECT_EQ(words_of("\"a\\\nb\""), Words{"ab"});
}

TEST(CommandLine, TellsWhatHasNoEnd) {
  EXPECT_EQ(fault_of("a 'b"), "has a ' without an end");
  EXPECT_EQ(fault_of("a \"b"), "has a \" without an end");
  EXPECT_EQ(fault_of("a b\\"), "ends with a backslash");
}

}  // namespace
}  // namespace weir::common
