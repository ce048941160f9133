#include "plugins/common/jsonata/functions.hpp"

#include <string>

#include <gtest/gtest.h>

#include "plugins/common/jsonata/jsonata.hpp"

namespace weir::jsonata {
namespace {

constexpr const char* input = R"({"name": "cpu", 
  "tags": {"host": "a<b", "dc": "x"}, "fields": {"idle": 90.5, "user": 4, "big": 1700000000123456789, "ok": true}, 
  "list": [{"k": "p", "v": 1}, {"k": "q", "v": 2}, {"k": "p", "v": 3}], 
  "deep": [[1, 2], [3]], "empty": [], "odd name": 1})";
const char* const undefined = "undefined";
const char* const failure = "failure";

struct Case {
  const char* expression;
  const char* result;
};

std::string result_of(const std::string& expression, const std::string& json = input) {
  try {
    const Jsonata compiled(expression);
    std::string out;
    return compiled.evaluate(json, 1'700'000'000'123, out) ? out : undefined;
  } catch (const Error&) {
    return failure;
  }
}

// The answers are those of Telegraf's JSONata.
const Case functions[] = {
    {"$string(5)", R"("5")"},
    {"$string(fields.idle)", R"("90.5")"},
    {R"($string({"a": [1, "b", null, true]}))", R"("{\"a\":[1,\"b\",null,true]}")"},
    {"$string($sum)", R"("")"},
    {R"($length("añ😀"))", "3"},
    {R"($substring("hello", 1, 3))", R"("ell")"},
    {R"($substring("hello", -2))", R"("lo")"},
    {R"($substring("añ😀", 1, 1))", R"("ñ")"},
    {R"($substring("hello", missing))", failure},
    {R"($substringBefore("a-b-c", "-"))", R"("a")"},
    {R"($substringAfter("a-b-c", "-"))", R"("b-c")"},
    {R"($uppercase("straße ñж"))", R"("STRAßE ÑЖ")"},
    {R"($lowercase("ÀÉЖ"))", R"("àéж")"},
    {"name.$uppercase()", R"("CPU")"},
    {R"($trim("  a \n b "))", R"("a b")"},
    {R"($pad("x", 4, "ab"))", R"("xaba")"},
    {R"($pad("x", -4))", R"("   x")"},
    {R"($contains("abc", "b"))", "true"},
    {R"($contains("abc", /B/i))", "true"},
    {R"($split("a, b, c", ", "))", R"(["a","b","c"])"},
    {R"($split("abc", ""))", R"(["a","b","c"])"},
    {R"($split("a1b2c", /[0-9]/, 2))", R"(["a","b"])"},
    {R"($join(["a", "b"], "-"))", R"("a-b")"},
    {"$join([1])", failure},
    {R"($match("abcabc", /b(c)/, 1))", R"([{"groups":["c"],"index":1,"match":"bc"}])"},
    {R"($replace("aXbX", "X", "$1"))", R"("a$1b$1")"},
    {R"($replace("John Smith", /(\w+) (\w+)/, "$2 $1 $$ $0"))", R"("Smith John $ John Smith")"},
    {R"($replace("abc", /b/, function($m) { $uppercase($m.match) }))", R"("aBc")"},
    {R"($replace("abc", /x*/, "-"))", R"("-a-b-c-")"},
    {R"($base64encode("hé"))", R"("aMOp")"},
    {R"($base64decode("aGk="))", R"("hi")"},
    {R"($base64decode("?"))", failure},
    {R"($encodeUrl("http://h/a b?c=d e"))", R"("http://h/a%20b?c=d+e")"},
    {R"($encodeUrlComponent("a b/c"))", R"("a+b%2Fc")"},
    {R"($decodeUrl("a%20b+c"))", R"("a b c")"},
    {R"($number("-1.5e1"))", "-15"},
    {R"($number("x"))", failure},
    {"$number(true)", "1"},
    {"$abs(-2)", "2"},
    {"$floor(-1.5)", "-2"},
    {"$ceil(1.2)", "2"},
    {"$round(2.5)", "2"},
    {"$round(4.525, 2)", "4.52"},
    {"$round(12350, -2)", "12400"},
    {"$power(2, 0.5)", "1.4142135623730951"},
    {"$sqrt(-1)", failure},
    {"$random() < 1", "true"},
    {"$formatBase(255, 16)", R"("ff")"},
    {"$formatBase(-5, 2)", R"("-101")"},
    {"$formatBase(5, 1)", failure},
    {"$sum(list.v)", "6"},
    {"$sum([])", "0"},
    {R"($sum("a"))", failure},
    {"$max(list.v)", "3"},
    {"$min(list.v)", "1"},
    {"$average(list.v)", "2"},
    {"$max([])", undefined},
    {"$count(list)", "3"},
    {"$count(missing)", "0"},
    {"$append([1], 2)", "[1,2]"},
    {"$append(1, missing)", "1"},
    {"$reverse([1, 2])", "[2,1]"},
    {"$count($shuffle([1..9]))", "9"},
    {R"($zip([1, 2], ["a", "b", "c"]))", R"([[1,"a"],[2,"b"]])"},
    {R"($distinct([1, "a", 1]))", R"([1,"a"])"},
    {"$exists(name)", "true"},
    {"$exists(missing)", "false"},
    {R"($boolean([0, ""]))", "false"},
    {R"($boolean({"a": 0}))", "true"},
    {"$not(missing)", "true"},
    {"$type(tags)", R"("object")"},
    {R"($error("own"))", failure},
    {"$keys(tags)", R"(["dc","host"])"},
    {"$keys(list)", R"(["k","v"])"},
    {R"($lookup(tags, "dc"))", R"("x")"},
    {R"($lookup(tags, "no"))", "null"},
    {R"($lookup(list, "k"))", R"(["p","q","p"])"},
    {R"($spread({"a": 1}))", R"([{"a":1}])"},
    {R"($merge([tags, {"dc": "y"}]))", R"({"dc":"y","host":"a\u003cb"})"},
    {"$merge([1])", failure},
    {"$map(list, function($x, $i) { $i & $x.k })", R"(["0p","1q","2p"])"},
    {"$map([], $string)", "null"},
    {"$filter(list, function($x) { $x.v > 1 }).k", R"(["q","p"])"},
    {"$filter([1], function($x) { false })", "null"},
    {"$reduce([1, 2, 3], function($a, $b) { $a * 10 + $b })", "123"},
    {"$reduce([1, 2], function($a, $b) { $a - $b }, 10)", "7"},
    {"$reduce([1], function($a) { $a })", failure},
    {"$single(list, function($x) { $x.v = 2 }).k", R"("q")"},
    {R"($sift(tags, function($v, $k) { $k = "dc" }))", R"({"dc":"x"})"},
    {"$sum($sift($.fields, function($value, $key) { $key ~> /^us/ }).*)", "4"},
    {"$sort([3, 1, 2])", "[1,2,3]"},
    {R"($sort(["b", "a"]))", R"(["a","b"])"},
    {R"($sort([1, "a"]))", failure},
    {"$sort(list, function($a, $b) { $a.v < $b.v }).v", "[3,2,1]"},
    {"$fromMillis(1510067557121)", R"("2017-11-07T15:12:37.121Z")"},
    {"$fromMillis(-1)", R"("1969-12-31T23:59:59.999Z")"},
    {R"($toMillis("2017-11-07T15:12:37.121Z"))", "1510067557121"},
    {R"($toMillis("2017-11-07"))", "1510012800000"},
    {R"($toMillis("x"))", failure},
    {R"($each({"a": 1}, function($v, $k) { $k & $v }))", R"("a1")"},
};

TEST(JsonataFunctions, AnswerAsTelegrafDoes) {
  for (const Case& c : functions) EXPECT_EQ(result_of(c.expression), c.result) << c.expression;
}

TEST(JsonataFunctions, AreFoundByName) {
  EXPECT_TRUE(is_builtin("sum"));
  EXPECT_FALSE(is_builtin("formatNumber"));
  EXPECT_EQ(find_builtin("no such"), nullptr);
  EXPECT_EQ(find_builtin("reduce")->arity(), 3U);
}

}  // namespace
}  // namespace weir::jsonata
