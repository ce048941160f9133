#include "plugins/processors/strings/strings.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::strings {
namespace {

using weir::testing::lines;
using weir::testing::process_rowwise;

// Goal: what Telegraf answers.
struct Case {
  const char* what;
  const char* options;
  lines expected;
};

class StringsTest : public testing::TestWithParam<Case> {};

const lines rows{"iis,Method=gEt,host=A uri=\"/API/x/\",num=\"my_v\",n=5i 1", "o:n,Method=X v=1 2",
                 "iis,Method=gEt,host=A uri=\" y \",n=6i 3"};

TEST_P(StringsTest, AnswersAsTelegrafDoes) {
  EXPECT_EQ(process_rowwise(weir::testing::descriptor<Strings>(), GetParam().options, rows),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, StringsTest,
    testing::Values(
        Case{"fields_and_tags",
             "[[lowercase]]\nfield = 'uri'\n[[uppercase]]\ntag = 'Method'",
             {"iis,Method=GET,host=A uri=\"/api/x/\",num=\"my_v\",n=5i 1", rows[1],
              "iis,Method=GET,host=A uri=\" y \",n=6i 3"}},
        Case{"into_others",
             "[[uppercase]]\nfield = 'num'\ndest = 'n'\n[[lowercase]]\ntag = 'Method'\ndest = 'm'\n"
             "[[trim]]\nfield = 'uri'\ndest = 'u'\ncutset = '/ '",
             {"iis,Method=gEt,host=A,m=get uri=\"/API/x/\",num=\"my_v\",n=\"MY_V\",u=\"API/x\" 1",
              "o:n,Method=X,m=x v=1 2", "iis,Method=gEt,host=A,m=get uri=\" y \",n=6i,u=\"y\" 3"}},
        Case{"tag_over_tag",
             "[[lowercase]]\ntag = 'Method'\ndest = 'host'",
             {"iis,Method=gEt,host=get uri=\"/API/x/\",num=\"my_v\",n=5i 1",
              "o:n,Method=X,host=x v=1 2", "iis,Method=gEt,host=get uri=\" y \",n=6i 3"}},
        Case{"everything",
             "[[uppercase]]\nfield = '*'\ntag = '*'\ndest = 'ignored'",
             {"iis,Method=GET,host=A uri=\"/API/X/\",num=\"MY_V\",n=5i 1", rows[1],
              "iis,Method=GET,host=A uri=\" Y \",n=6i 3"}},
        Case{"names",
             "[[uppercase]]\nmeasurement = 'iis'\n[[replace]]\nmeasurement = '*'\nold = ':'\nnew = "
             "'_'",
             {"IIS,Method=gEt,host=A uri=\"/API/x/\",num=\"my_v\",n=5i 1", "o_n,Method=X v=1 2",
              "IIS,Method=gEt,host=A uri=\" y \",n=6i 3"}},
        Case{"keys",
             "[[lowercase]]\ntag_key = 'Method'\n[[uppercase]]\nfield_key = '*'\n[[trim_prefix]]\n"
             "tag_key = 'host'\nprefix = 'host'",
             {"iis,host=A,method=gEt URI=\"/API/x/\",NUM=\"my_v\",N=5i 1", "o:n,method=X V=1 2",
              "iis,host=A,method=gEt URI=\" y \",N=6i 3"}},
        Case{"keys_over_keys",
             "[[replace]]\nfield_key = 'num'\nold = 'um'\nnew = ''",
             {"iis,Method=gEt,host=A uri=\"/API/x/\",n=\"my_v\" 1", rows[1], rows[2]}},
        Case{"nothing", "", rows}),
    [](const auto& test) { return test.param.what; });

}  // namespace
}  // namespace weir::strings
