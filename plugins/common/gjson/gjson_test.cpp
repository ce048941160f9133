#include "plugins/common/gjson/gjson.hpp"

#include <gtest/gtest.h>

#include "plugins/common/gjson/json_text.hpp"

namespace weir::common {
namespace {

// The document of gjson's own description of its paths.
constexpr const char* document = R"({
  "name": {"first": "Tom", "last": "Anderson"},
  "age": 37,
  "children": ["Sara", "Alex", "Jack"],
  "fav.movie": "Deer Hunter",
  "friends": [
    {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"]},
    {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"]},
    {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}
  ],
  "vals": [{"a": 1, "b": "x", "t": true}, {"a": 2, "b": "y", "t": false}, {"a": null, "t": "yes"}]
})";

struct PathCase {
  const char* path;
  const char* result;  // nullptr: none
};

constexpr PathCase path_cases[] = {
    {"name.last", "\"Anderson\""},
    {"name.middle", nullptr},
    {"age", "37"},
    {"age.x", nullptr},
    {"children", R"(["Sara", "Alex", "Jack"])"},
    {"children.0", "\"Sara\""},
    {"children.3", nullptr},
    {"children.x", nullptr},
    {"children.#", "3"},
    {"child*.2", "\"Jack\""},
    {"c?ildren.0", "\"Sara\""},
    {"*.first", "\"Tom\""},
    {"fav\\.movie", "\"Deer Hunter\""},
    {"friends.#.first", R"(["Dale","Roger","Jane"])"},
    {"friends.#.nets.0", R"(["ig","fb","ig"])"},
    {"friends.#.nets.#", "[3,2,2]"},
    {"friends.#.no", "[]"},
    {"friends.1.last", "\"Craig\""},
    {"friends.#(last==\"Murphy\").first", "\"Dale\""},
    {"friends.#(last==\"Murphy\")#.first", R"(["Dale","Jane"])"},
    {"friends.#(last=Murphy)#.first", R"(["Dale","Jane"])"},
    {"friends.#(age>45)#.last", R"(["Craig","Murphy"])"},
    {"friends.#(age>=47)#.age", "[68,47]"},
    {"friends.#(age<45).first", "\"Dale\""},
    {"friends.#(age!=44)#.first", R"(["Roger","Jane"])"},
    {"friends.#(first%\"D*\").last", "\"Murphy\""},
    {"friends.#(first!%\"D*\").last", "\"Craig\""},
    {"friends.#(first>\"K\")#.first", R"(["Roger"])"},
    {"friends.#(nets.#(==\"fb\"))#.first", R"(["Dale","Roger"])"},
    {"friends.#(nope)#", "[]"},
    {"friends.#(nope)", nullptr},
    {"children.#(!=\"Sara\")#", R"(["Alex","Jack"])"},
    {"children.#(%\"*a*\")#", R"(["Sara","Jack"])"},
    {"friends.#[last=\"Craig\"].age", "68"},
    {"vals.#(t==true).a", "1"},
    {"vals.#(t==~true)#.a", "[1]"},
    {"vals.#(t==~false)#.a", "[2,null]"},
    {"vals.#(b==~null)#.t", R"(["yes"])"},
    {"vals.#(b==~*)#.a", "[1,2]"},
    {"vals.#(t>=false)#.a", "[1,null]"},
    {"friends|1|last", "\"Craig\""},
    {"friends.#.first|0", "\"Dale\""},
    {"friends.#.first.0", "[]"},
    {"friends.#(age>45)#|0.first", "\"Roger\""},
    {"friends.#|x", nullptr},
    {"children|@reverse", R"(["Jack","Alex","Sara"])"},
    {"children.@reverse.0", "\"Jack\""},
    {"children|@reverse|0", "\"Jack\""},
    {"name.@reverse", R"({"last":"Anderson","first":"Tom"})"},
    {"@this.age", "37"},
    {"name.@keys", R"(["first","last"])"},
    {"name.@values", R"(["Tom","Anderson"])"},
    {"children.@nothing", nullptr},
    {"friends.#.nets|@flatten", R"(["ig","fb","tw","fb","tw","ig","tw"])"},
    {"vals|@join|a", "null"},
    {"name.first.@tostr", R"("\"Tom\"")"},
    {"name.first.@tostr.@fromstr", "\"Tom\""},
    {"{age,name.first,\"f\":friends.0.last}", R"({"age":37,"first":"Tom","f":"Murphy"})"},
    {"[age,name.last,no]", R"([37,"Anderson"])"},
    {"{\"n\":children.#,x}.n", "3"},
    {"friends.0.[first,age]", R"(["Dale",44])"},
    {"[age,!\"text\",!5]", R"([37,"text",5])"},
    {"", nullptr}};

TEST(Gjson, FollowsPaths) {
  for (const PathCase& c : path_cases) {
    const auto got = gjson_get(document, c.path);
    EXPECT_EQ(got.has_value(), c.result != nullptr) << c.path << " gives " << got.value_or("");
    if (got && c.result != nullptr) {
      EXPECT_EQ(*got, c.result) << c.path;
    }
  }
}

TEST(Gjson, ReadsArraysAndLines) {
  EXPECT_EQ(gjson_get("[1,[2,3]]", "1.0"), "2");
  EXPECT_EQ(gjson_get("[1,2]", "#"), "2");
  EXPECT_EQ(gjson_get("{\"a\":1}\n{\"a\":2}\n", "..#.a"), "[1,2]");
  EXPECT_EQ(gjson_get("{\"a\":1}\n{\"a\":2}\n", "..1.a"), "2");
  EXPECT_EQ(gjson_get("[[1,[2]],3]", "@flatten:{\"deep\":true}"), "[1,2,3]");
  EXPECT_EQ(gjson_get("5", "@this"), "5");
  EXPECT_EQ(gjson_get("5", "a"), std::nullopt);
}

TEST(Gjson, SurvivesBrokenJson) {
  for (const char* json : {"", "{", "[", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":}", "[,]", "}", "]",
                           "{\"a\":[1,", "\"", "{\"a\\"}) {
    for (const char* path :
         {"a", "0", "#", "#.a", "a.#(b==1)#", "@reverse", "{a}", "..#", "*", "a|b"}) {
      (void)gjson_get(json, path);
    }
  }
}

TEST(JsonText, StringsSayWhatTheyMean) {
  EXPECT_EQ(string_text(R"("a\"b\\c\/\n\t\u00e9\ud83d\ude00")"),
            "a\"b\\c/\n\t\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(string_text(R"("\ud83d x")"), "\xef\xbf\xbd x");
  EXPECT_EQ(string_text(R"("\uzzzz")"), "\\uzzzz");
  std::string quoted;
  append_quoted("a\"\\\n\x01", quoted);
  EXPECT_EQ(quoted, R"("a\"\\\u000a\u0001")");
}

}  // namespace
}  // namespace weir::common
