#include "plugins/common/jsonata/jsonata.hpp"

#include <string>

#include <gtest/gtest.h>

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
const Case language[] = {
    {"name", R"("cpu")"},
    {"tags.host", R"("a\u003cb")"},
    {"missing", undefined},
    {"tags.missing", undefined},
    {"`odd name`", "1"},
    {"fields.big", "1700000000123456789"},
    {"fields.big + 1", "1700000000123456800"},
    {"fields.idle * 2 - fields.user / 4 % 3", "180"},
    {"-fields.user", "-4"},
    {"1e21", "1e+21"},
    {"0.1 + 0.2", "0.30000000000000004"},
    {R"("a\u00e9\n" & 'b"')", R"("aé\nb\"")"},
    {"name & 1 & true & null & missing & tags",
     R"("cpu1truenull{\"dc\":\"x\",\"host\":\"a\\u003cb\"}")"},
    {"list.v", "[1,2,3]"},
    {"list[0].v", "1"},
    {"list[-1].v", "3"},
    {R"(list[k = "p"].v)", "[1,3]"},
    {R"(list[k = "q"].v)", "2"},
    {R"(list[k = "q"][].v)", "[2]"},
    {R"(list[v > 1 and k != "q"])", R"({"k":"p","v":3})"},
    {"list.v[0]", "[1,2,3]"},
    {"(list.v)[0]", "1"},
    {"list[[0, 2]].v", "[1,3]"},
    {"list[9]", undefined},
    {"deep", "[[1,2],[3]]"},
    {"deep[0]", "[1,2]"},
    {"deep.$", "[1,2,3]"},
    {"empty", undefined},
    {"list.(v * 2)", "[2,4,6]"},
    {"list.[k, v]", R"([["p",1],["q",2],["p",3]])"},
    {R"(list.{"n": k})", R"([{"n":"p"},{"n":"q"},{"n":"p"}])"},
    {"list{k: $sum(v)}", R"({"p":4,"q":2})"},
    {"list{k: v}", R"({"p":[1,3],"q":2})"},
    {"tags.*", R"(["x","a\u003cb"])"},
    {"$count(**)", "23"},
    {"**.v", "[1,2,3]"},
    {"$.name", R"("cpu")"},
    {"list.($$.name & k)", R"(["cpup","cpuq","cpup"])"},
    {"list^(v).v", "[1,2,3]"},
    {"list^(>v).v", "[3,2,1]"},
    {"list^(k, >v).v", "[3,1,2]"},
    {"[1..3, 7]", "[1,2,3,7]"},
    {"[3..1]", "[]"},
    {"[1, [2, missing], list.v]", "[1,[2],1,2,3]"},
    {"[list.v, missing]", "[1,2,3]"},
    {R"({"a": missing, "b": [missing], "c": {"d": 1}})", R"({"b":[],"c":{"d":1}})"},
    {R"({"x": $}.x.name)", R"("cpu")"},
    {R"(missing{"a": 1})", R"({"a":1})"},
    {"1 = 1.0", "true"},
    {R"(name = "cpu" ? "yes" : "no")", R"("yes")"},
    {"missing ? 1", undefined},
    {"missing = missing", "false"},
    {R"({"a": [1]} = {"a": [1]})", "true"},
    {R"("a" < "b")", "true"},
    {"missing < 1", "false"},
    {"2 in list.v", "true"},
    {R"("p" in "p")", "true"},
    {R"(true and 0 or "x")", "true"},
    {"fields.ok and missing", "false"},
    {"($a := 2; $b := $a + 1; $a * $b)", "6"},
    {"($a := 1; ($a := 2); $a)", "1"},
    {"($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(10))", "3628800"},
    {"function($x, $y) { $x + $y }(1, 2)", "3"},
    {"($add := function($x) { function($y) { $x + $y } }; $add(1)(2))", "3"},
    {"($half := $power(?, -1); $half(4))", "0.25"},
    {"($f := $uppercase ~> $length; $f(name))", "3"},
    {"list.v ~> $map(function($x) { $x * $x }) ~> $sum()", "14"},
    {"λ($x)<n-:n>{$x}(3)", "3"},
    {"fields.user.function($x)<n-:n>{$x + 1}()", "5"},
    {"$sum", R"("")"},
    {R"({"f": $sum})", R"({"f":""})"},
    {"/p(u)/(name).groups", R"(["u"])"},
    {"name ~> /x/", undefined},
    {R"($ ~> |list[0]|{"new": v + 1}, "k"| ~> $lookup("list"))",
     R"([{"new":2,"v":1},{"k":"q","v":2},{"k":"p","v":3}])"},
    {R"(tags ~> |$|{"more": 1}, ["dc"]|)", R"({"host":"a\u003cb","more":1})"},
    {"and", undefined},
    {"()", undefined},
    {"(1; 2;)", "2"},
    {"$now() = $now()", "true"},
    {R"(1 + "a")", failure},
    {R"("a" < 1)", failure},
    {"1/0", failure},
    {"missing()", failure},
    {"[1.5..2]", failure},
    {"{1: 2}", failure},
    {R"({"a": 1, "a": 2})", failure},
};

TEST(Jsonata, SpeaksTheLanguage) {
  for (const Case& c : language) EXPECT_EQ(result_of(c.expression), c.result) << c.expression;
}

TEST(Jsonata, MistakesAreFoundWhenItIsRead) {
  struct Mistake {
    const char* expression;
    std::size_t at;
  };
  const Mistake mistakes[] = {{"", 0},
                              {"a b", 2},
                              {"a.", 2},
                              {"(1", 2},
                              {"a[1", 3},
                              {"[1, 2", 5},
                              {"{\"a\"}", 4},
                              {"\"a", 0},
                              {"\"\\q\"", 1},
                              {"\"\\u12\"", 0},
                              {"`a", 0},
                              {"1e", 0},
                              {"/a", 0},
                              {"/(/", 0},
                              {"//", 0},
                              {"a.1", 2},
                              {"\"a\".b", 0},
                              {"5 := 1", 2},
                              {"1 + $foo(1)", 4},
                              {"$formatNumber(1, \"0\")", 0},
                              {"$fromMillis(1, \"[Y]\")", 0},
                              {"/* a", 0},
                              {"function($x)<q>{1}", 12},
                              {"a{}{}", 3},
                              {"a{}[0]", 3},
                              {"1..2", 1},
                              {"a ! b", 2}};
  for (const Mistake& m : mistakes) {
    try {
      const Jsonata compiled(m.expression);
      ADD_FAILURE() << m.expression;
    } catch (const Error& x) {
      EXPECT_EQ(x.at, m.at) << m.expression << ": " << x.what();
    }
  }
  EXPECT_EQ(place_of("a\nbc", 3), "line 2, column 2");
  EXPECT_EQ(place_of("abc", 0), "line 1, column 1");
}

TEST(Jsonata, FunctionsOfOnesOwnMayHaveAnyName) {
  EXPECT_EQ(result_of("($formatNumber := function($x) { $x }; $formatNumber(1))"), "1");
  EXPECT_EQ(result_of("($later := function() { $other() }; $other := function() { 2 }; $later())"),
            "2");
}

TEST(Jsonata, CommentsAreBlanks) { EXPECT_EQ(result_of("1 /* one */ + /* two */ 2"), "3"); }

TEST(Jsonata, NowIsOneMoment) {
  EXPECT_EQ(result_of("$now()"), "\"2023-11-14T22:13:20.123Z\"");
  EXPECT_EQ(result_of("$millis()"), "1700000000123");
}

// Goal: an expression without end costs an error, not the process.
TEST(Jsonata, LimitsAreErrors) {
  const std::string many(5000, '(');
  std::string sum = "1";
  for (int i = 0; i < 5000; ++i) sum += "+1";
  const std::string nested =
      "$reduce([1..40], function($a, $b) { [[$a], [$a]] }) = 1 or "
      "$boolean($reduce([1..40], function($a, $b) { [[$a], [$a]] }, [0]))";
  const std::string expressions[] = {
      many,
      sum,
      "($f := function($x) { $f($x + 1) }; $f(1))",
      "$reduce([1..100000], function($a, $b) { [[$a]] })",
      "$reduce([1..100000], function($a, $b) { {\"a\": $a} })",
      "$reduce([1..100000], function($a, $b) { $a ~> $string }, $string)",
      "$reduce([1..100000], function($a, $b) { $append($a, ?) }, $append)",
      "[1..1e15]",
      "$pad(\"a\", 1e15)",
      "$map([1..10000], function($x) { $count([1..10000]) })",
      "($a := [1..30] ~> $reduce(function($x, $y) { [[$x], [$x]] }); $string($a))",
      nested,
      "$reduce([1..60], function($a, $b) { $a & $a }, \"aaaa\")"};
  for (const std::string& e : expressions) EXPECT_EQ(result_of(e), failure) << e.substr(0, 60);
}

TEST(Jsonata, ClosuresThatReferToEachOtherAreFreed) {
  EXPECT_EQ(result_of("($a := function() { $b }; $b := function() { $a }; 1)"), "1");
}

TEST(Jsonata, LambdasThatMakeLambdasAreCalledThroughEachOther) {
  EXPECT_EQ(result_of("$reduce([1..50], function($f, $i) { function($x) { $f($x) + 1 } }, "
                      "function($x) { $x })(0)"),
            "50");
}

TEST(Jsonata, AContradictoryOrderEnds) {
  EXPECT_EQ(result_of("$count($sort([1..100], function($a, $b) { true }))"), "100");
  EXPECT_EQ(result_of("$count($sort([1..100], function($a, $b) { $random() < 0.5 }))"), "100");
}

TEST(Jsonata, TheInputIsJson) { EXPECT_EQ(result_of("1", "{"), failure); }

}  // namespace
}  // namespace weir::jsonata
