#include "plugins/inputs/net/interfaces.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::net_input {
namespace {

struct LineCase {
  const char* what;
  const char* line;
  bool ok;
  const char* name;
  Counters counters;
};

class Lines : public testing::TestWithParam<LineCase> {};

TEST_P(Lines, AreTakenApart) {
  std::string_view name;
  Counters counters{};
  ASSERT_EQ(parse_interface(GetParam().line, name, counters), GetParam().ok);
  if (!GetParam().ok) return;
  EXPECT_EQ(name, GetParam().name);
  EXPECT_EQ(counters, GetParam().counters);
}

INSTANTIATE_TEST_SUITE_P(
    All, Lines,
    testing::Values(LineCase{"usual",
                             "  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
                             true,
                             "eth0",
                             {1, 2, 3, 4, 9, 10, 11, 12}},
                    LineCase{"no_blank",
                             "eth0:1 2 3 4 5 6 7 8 9 10 11 12 13",
                             true,
                             "eth0",
                             {1, 2, 3, 4, 9, 10, 11, 12}},
                    LineCase{"alias",
                             "eth0:1: 1 2 3 4 5 6 7 8 9 10 11 12 13",
                             true,
                             "eth0:1",
                             {1, 2, 3, 4, 9, 10, 11, 12}},
                    LineCase{"headline", " face |bytes    packets errs", false, "", {}},
                    LineCase{"too_short", "eth0: 1 2 3 4 5 6 7 8 9 10 11", false, "", {}},
                    LineCase{"no_number", "eth0: 1 2 3 4 5 6 7 8 9 x 11 12 13", false, "", {}},
                    LineCase{"no_name", ": 1 2 3 4 5 6 7 8 9 10 11 12 13", false, "", {}},
                    LineCase{"empty", "", false, "", {}}),
    [](const auto& test) { return test.param.what; });

TEST(Flags, KnowTheInterfacesOfThisMachine) {
  Flags flags;
  EXPECT_FALSE(flags.is_live("lo"));
  EXPECT_FALSE(flags.is_live("no-such-if"));
  EXPECT_FALSE(flags.is_live(std::string(100, 'x')));
}

}  // namespace
}  // namespace weir::net_input
