#include <vector>

#include <gtest/gtest.h>

#include "core/cel/test_asking.hpp"

namespace weir::cel {
namespace {

// Goal: the answers of cel-go 0.30 with Telegraf's variables and extensions, which these were taken from.

const std::vector<Case> variables{
    {R"(name == "cpu")", Answer::yes},
    {R"(tags.host == "a")", Answer::yes},
    {R"(tags["host"] == "a")", Answer::yes},
    {R"(.tags.host == "a")", Answer::yes},
    {R"("host" in tags)", Answer::yes},
    {R"("zone" in tags)", Answer::no},
    {R"(has(tags.host))", Answer::yes},
    {R"(has(tags.zone))", Answer::no},
    {R"(tags.zone == "z")", Answer::failed},
    {R"(size(tags) == 2)", Answer::yes},
    {R"(tags == {"host": "a", "dc": "eu"})", Answer::yes},
    {R"(fields.i == 5)", Answer::yes},
    {R"(fields["u"] == 7u)", Answer::yes},
    {R"(fields.f == 2.5)", Answer::yes},
    {R"(fields.s == "text")", Answer::yes},
    {R"(fields.`i` == 5)", Answer::yes},
    {R"(has(fields.x))", Answer::no},
    {R"(has(fields.i.x))", Answer::no},
    {R"(fields.x == 1)", Answer::failed},
    {R"(fields.size() == 6)", Answer::yes},
    {R"(time == timestamp("2023-11-14T22:13:20.123456789Z"))", Answer::yes},
    {R"(now() > time)", Answer::yes},
    {R"(type(fields) == map)", Answer::yes},
};

const std::vector<Case> logic{
    {R"(fields.x == 1 || true)", Answer::yes},
    {R"(true || fields.x == 1)", Answer::yes},
    {R"(fields.x == 1 || false)", Answer::failed},
    {R"(fields.x == 1 && false)", Answer::no},
    {R"(fields.x == 1 && true)", Answer::failed},
    {R"(fields.i && false)", Answer::no},
    {R"(fields.i || true)", Answer::yes},
    {R"(fields.i && true)", Answer::failed},
    {R"(!(fields.x == 1))", Answer::failed},
    {R"(!!(name == "cpu"))", Answer::yes},
    {R"(true || false && false)", Answer::yes},
    {R"(!true || true)", Answer::yes},
    {R"(fields.b ? name == "cpu" : fields.x == 1)", Answer::yes},
    {R"(fields.i ? true : false)", Answer::failed},
    {R"(fields.x == 1 ? true : true)", Answer::failed},
    {R"(false ? true : false ? false : true)", Answer::yes},
};

const std::vector<Case> numbers{
    {R"(fields.i == 5.0)", Answer::yes},
    {R"(fields.i == 5u)", Answer::yes},
    {R"(fields.i > 4.5)", Answer::yes},
    {R"(fields.u > fields.f)", Answer::yes},
    {R"(fields.z == fields.i)", Answer::yes},
    {R"(dyn(-1) < 0u)", Answer::yes},
    {R"(dyn(18446744073709551615u) > 9223372036854775807)", Answer::yes},
    {R"(dyn(-1) == 18446744073709551615u)", Answer::no},
    {R"(0.0 / 0.0 == 0.0 / 0.0)", Answer::no},
    {R"(0.0 / 0.0 < 1.0 || 0.0 / 0.0 >= 1.0)", Answer::no},
    {R"(0.0 == -0.0)", Answer::yes},
    {R"(2 + 3 * 4 == 14)", Answer::yes},
    {R"(10 - 2 - 3 == 5)", Answer::yes},
    {R"(-5 / 2 == -2)", Answer::yes},
    {R"(-5 % 3 == -2)", Answer::yes},
    {R"(5.5 / 2.0 == 2.75)", Answer::yes},
    {R"(1 / 0 == 1)", Answer::failed},
    {R"(1 % 0 == 1)", Answer::failed},
    {R"(1.0 / 0.0 > 1e300)", Answer::yes},
    {R"(9223372036854775807 + 1 > 0)", Answer::failed},
    {R"(-9223372036854775808 < 0)", Answer::yes},
    {R"(-(-9223372036854775808) > 0)", Answer::failed},
    {R"(0u - 1u == 0u)", Answer::failed},
    {R"(18446744073709551615u * 2u > 0u)", Answer::failed},
    {R"(0x1F == 31)", Answer::yes},
    {R"(.5 == 5e-1)", Answer::yes},
    {R"(fields.i + 1 == 6)", Answer::yes},
    {R"(fields.i + 1.0 == 6.0)", Answer::failed},
    {R"(fields.i + fields.f == 7.5)", Answer::failed},
    {R"(-fields.i == -5)", Answer::yes},
    {R"(-fields.u == 0)", Answer::failed},
};

const std::vector<Case> texts{
    {R"("a" + 'b' == "ab")", Answer::yes},
    {R"("a" < "b")", Answer::yes},
    {R"("\x41\u00e9\U0001F600\101" == "A\303\251\360\237\230\200A")", Answer::no},
    {R"("\303\251" == "\u00c3\u00a9")", Answer::yes},
    {R"('it\'s' == "it's")", Answer::yes},
    {R"(r"\d" == "\\d")", Answer::yes},
    {R"(b"\xff" != bytes("\u00ff"))", Answer::yes},
    {R"(b"\303\251" == bytes("\u00e9"))", Answer::yes},
    {R"(br"\n" == b"\\n")", Answer::yes},
    {R"("""a "b" c""" == "a \"b\" c")", Answer::yes},
    {R"(size("a\u00f1b") == 3)", Answer::yes},
    {R"("日本" < "日本語")", Answer::yes},
    {R"(fields.s > 5)", Answer::failed},
    {R"(fields.s == 5)", Answer::no},
    {R"(fields.s != 5)", Answer::yes},
};

const std::vector<Case> collections{
    {R"(1 in [1, 2])", Answer::yes},
    {R"(fields.i in [5.0, 1.0])", Answer::yes},
    {R"(fields.s in ["a", "text"])", Answer::yes},
    {R"(fields.i in fields.s)", Answer::failed},
    {R"("a" in {"a": 1})", Answer::yes},
    {R"({"a": 1}.a == 1)", Answer::yes},
    {R"({"a": 1}["b"] == 1)", Answer::failed},
    {R"({1: "a"}[dyn(1.0)] == "a")", Answer::yes},
    {R"({"a": 1, "a": 2}.a == 2)", Answer::yes},
    {R"({"a": 1, "b": 2} == {"b": 2, "a": 1})", Answer::yes},
    {R"([1, "a"] == ["a", 1])", Answer::no},
    {R"([1, 2][1] == 2)", Answer::yes},
    {R"([1, 2][dyn(1.0)] == 2)", Answer::yes},
    {R"([1, 2][2] == 2)", Answer::failed},
    {R"([1, 2][-1] == 2)", Answer::failed},
    {R"([1] + [2, 3] == [1, 2, 3])", Answer::yes},
    {R"([1, 2,] == [1, 2])", Answer::yes},
    {R"(size([]) == 0)", Answer::yes},
    {R"([[1], []][1] == [])", Answer::yes},
    {R"(dyn([])["x"] == 1)", Answer::failed},
    {R"(fields.i[0] == 1)", Answer::failed},
};

const std::vector<Case> comprehensions{
    {R"(tags.all(k, tags[k] != ""))", Answer::yes},
    {R"(tags.exists(k, k == "dc" && tags[k] == "eu"))", Answer::yes},
    {R"(tags.exists_one(k, tags[k] == "a"))", Answer::yes},
    {R"(fields.exists(k, fields[k] == 7))", Answer::yes},
    {R"(fields.all(k, fields[k] > 1))", Answer::failed},
    {R"(fields.exists(k, fields[k] > 6))", Answer::yes},
    {R"([1, 2].exists(x, x / 0 == 1 || x == 2))", Answer::yes},
    {R"([1, 2].all(x, x / 0 == 1 || x == 2))", Answer::failed},
    {R"([1, 2].all(x, x / 0 == 1 && x == 3))", Answer::no},
    {R"([1, 2].exists_one(x, fields.q == x))", Answer::failed},
    {R"([1, 2, 3].map(x, x * 2) == [2, 4, 6])", Answer::yes},
    {R"([1, 2, 3].map(x, x > 1, x * 2) == [4, 6])", Answer::yes},
    {R"([1, 2, 3].filter(x, x > 1) == [2, 3])", Answer::yes},
    {R"([1, 0].map(x, 1 / x) == [1])", Answer::failed},
    {R"([[1, 2], [3]].map(l, l.map(x, x + 1)) == [[2, 3], [4]])", Answer::yes},
    {R"([1, 2].map(x, [3, 4].map(y, x * y)) == [[3, 4], [6, 8]])", Answer::yes},
    {R"([1, 2].all(name, name > 0))", Answer::yes},
    {R"([1].all(math, math.abs(-1) == 1))", Answer::yes},
    {R"([].all(x, x == 1))", Answer::yes},
    {R"([].exists(x, x == 1))", Answer::no},
    {R"(fields.i.all(x, true))", Answer::failed},
    {R"(["a", "b"].map(x, x + "1").join(",") == "a1,b1")", Answer::yes},
};

const std::vector<Case> types{
    {R"(type(fields.i) == int)", Answer::yes},
    {R"(type(fields.u) == uint)", Answer::yes},
    {R"(type(fields.f) == double)", Answer::yes},
    {R"(type(fields.b) == bool)", Answer::yes},
    {R"(type(fields.s) == string)", Answer::yes},
    {R"(type(b"") == bytes)", Answer::yes},
    {R"(type([1]) == list)", Answer::yes},
    {R"(type(tags) == map)", Answer::yes},
    {R"(type(null) == null_type)", Answer::yes},
    {R"(type(int) == type)", Answer::yes},
    {R"(type(time) == google.protobuf.Timestamp)", Answer::yes},
    {R"(type(time - time) == google.protobuf.Duration)", Answer::yes},
    {R"(type(1) == type(2))", Answer::yes},
    {R"(type(1) == type(dyn("a")))", Answer::no},
    {R"(fields.i == null)", Answer::no},
    {R"(null == null)", Answer::yes},
    {R"(dyn([1]) == [1.0])", Answer::yes},
    {R"(dyn({"a": 1}) == {"a": 1.0})", Answer::yes},
};

void expect(const std::vector<Case>& cases) {
  for (const Case& wanted : cases) {
    std::string why;
    EXPECT_TRUE(says(wanted, why)) << wanted.text << "\n" << why;
  }
}

TEST(Language, Variables) { expect(variables); }
TEST(Language, Logic) { expect(logic); }
TEST(Language, Numbers) { expect(numbers); }
TEST(Language, Texts) { expect(texts); }
TEST(Language, Collections) { expect(collections); }
TEST(Language, Comprehensions) { expect(comprehensions); }
TEST(Language, Types) { expect(types); }

}  // namespace
}  // namespace weir::cel
