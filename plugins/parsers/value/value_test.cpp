#include "plugins/parsers/value/value.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::value_parser {
namespace {

using testing::lines;

struct ReadCase {
  const char* type;
  std::string_view text;
  lines rows;  // without time; of a text that is refused: one line "bad"
};

TEST(ValueParser, ReadsEveryType) {
  const lines bad = {"bad"};
  const ReadCase cases[] = {{"", "42", {" value=42i"}},
                            {"integer", "  10 20 30  \n", {" value=30i"}},
                            {"int", "-7", {" value=-7i"}},
                            {"integer", "0x10", bad},
                            {"integer", "1.5", bad},
                            {"integer", "9223372036854775808", bad},
                            {"integer", " \n", {}},
                            {"integer", {"\0\0 5 \0", 6}, {" value=5i"}},
                            {"float", "3.25e2", {" value=325"}},
                            {"long", "7", {" value=7"}},
                            {"float", "-1e-300", {" value=-1e-300"}},
                            {"float", "NaN", {" value=nan"}},
                            {"float", "abc", bad},
                            {"float", "1e400", bad},
                            {"string", " some text here\n", {R"( value="some text here")"}},
                            {"str", "", {R"( value="")"}},
                            {"base64", "hello", {R"( value="aGVsbG8=")"}},
                            {"base64", "ab", {R"( value="YWI=")"}},
                            {"base64", "a", {R"( value="YQ==")"}},
                            {"base64", "abc\n", {R"( value="YWJjCg==")"}},
                            {"base64", " ", {}},
                            {"boolean", "TRUE", {" value=t"}},
                            {"bool", "0", {" value=f"}},
                            {"boolean", "no", bad},
                            {"auto_integer", "42", {" value=42i"}},
                            {"auto_integer", "not a number", {R"( value="number")"}},
                            {"auto_float", "42", {" value=42"}},
                            {"auto_float", "12.5 C", {R"( value="C")"}}};
  for (const ReadCase& c : cases) {
    testing::plugin p(testing::descriptor<ValueParser>(),
                      "data_type = '" + std::string(c.type) + "'");
    p.format().time = false;
    EXPECT_EQ(p.parse(c.text), c.rows == bad ? lines{} : c.rows) << c.type << ": " << c.text;
    EXPECT_EQ(p.host().bad_count(), c.rows == bad ? 1U : 0U) << c.type << ": " << c.text;
  }
}

TEST(ValueParser, Options) {
  testing::plugin p(testing::descriptor<ValueParser>(), "value_field_name = 'count'");
  EXPECT_EQ(p.parse("7"), (lines{" count=7i 1000000000000000000"}));
  EXPECT_THROW(testing::plugin(testing::descriptor<ValueParser>(), "data_type = 'decimal'"),
               testing::failure);
}

}  // namespace
}  // namespace weir::value_parser
