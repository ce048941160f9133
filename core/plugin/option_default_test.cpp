#include "core/plugin/option_default.hpp"

#include <gtest/gtest.h>

namespace weir::plugin {
namespace {

struct DefaultCase {
  const char* what;
  std::uint16_t type, flags;
  const char* def;
  bool good;
};
class Default : public testing::TestWithParam<DefaultCase> {};

TEST_P(Default, HasToFitTheType) {
  const DefaultCase& c = GetParam();
  weir_opt option{};
  option.type = c.type;
  option.flags = c.flags;
  option.def = c.def;
  EXPECT_EQ(check_default(option).empty(), c.good) << check_default(option);
}

INSTANTIATE_TEST_SUITE_P(
    All, Default,
    testing::Values(DefaultCase{"string", WEIR_C_STRING, 0, "\"a\"", true},
                    DefaultCase{"string_bare", WEIR_C_STRING, 0, "a", false},
                    DefaultCase{"string_number", WEIR_C_STRING, 0, "1", false},
                    DefaultCase{"integer", WEIR_C_INT, 0, "-5", true},
                    DefaultCase{"integer_float", WEIR_C_INT, 0, "1.5", false},
                    DefaultCase{"float", WEIR_C_FLOAT, 0, "1.5", true},
                    DefaultCase{"float_integer", WEIR_C_FLOAT, 0, "1", true},
                    DefaultCase{"boolean", WEIR_C_BOOL, 0, "true", true},
                    DefaultCase{"boolean_text", WEIR_C_BOOL, 0, "\"true\"", false},
                    DefaultCase{"duration", WEIR_C_DURATION, 0, "\"5s\"", true},
                    DefaultCase{"duration_bad", WEIR_C_DURATION, 0, "\"soon\"", false},
                    DefaultCase{"duration_number", WEIR_C_DURATION, 0, "5", true},
                    DefaultCase{"size", WEIR_C_SIZE, 0, "\"1MiB\"", true},
                    DefaultCase{"size_bad", WEIR_C_SIZE, 0, "\"big\"", false},
                    DefaultCase{"secret", WEIR_C_SECRET, 0, "\"\"", true},
                    DefaultCase{"any", WEIR_C_ANY, 0, "1", true},
                    DefaultCase{"any_list", WEIR_C_ANY, 0, "[1]", false},
                    DefaultCase{"list", WEIR_C_INT, WEIR_CF_LIST, "[1, 2]", true},
                    DefaultCase{"list_one", WEIR_C_INT, WEIR_CF_LIST, "1", false},
                    DefaultCase{"list_other", WEIR_C_INT, WEIR_CF_LIST, "[\"a\"]", false},
                    DefaultCase{"map", WEIR_C_STRING, WEIR_CF_MAP, "{a = \"b\"}", true},
                    DefaultCase{"map_other", WEIR_C_STRING, WEIR_CF_MAP, "{a = 1}", false},
                    DefaultCase{"map_of_lists", WEIR_C_INT, WEIR_CF_MAP | WEIR_CF_LIST, "{a = [1]}",
                                true}),
    [](const auto& test) { return test.param.what; });

TEST(EnumDefault, IsOneOfItsChoices) {
  const char* const choices[] = {"red", "green"};
  weir_opt option{};
  option.type = WEIR_C_ENUM;
  option.choices = choices;
  option.n_choices = 2;
  option.def = "\"green\"";
  EXPECT_EQ(check_default(option), "");
  option.def = "\"blue\"";
  EXPECT_EQ(check_default(option), "which is of another type");
  option.def = "= ]";
  EXPECT_EQ(check_default(option), "which is not TOML");
}

}  // namespace
}  // namespace weir::plugin
