#include "plugins/parsers/json/json.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::json {
namespace {

using testing::lines;

constexpr std::int64_t now_ns = 1'000'000'000'000'000'000;

struct ReadCase {
  const char* what;
  const char* options;
  const char* text;
  lines rows;  // without time
};

class ReadsLikeTelegraf : public ::testing::TestWithParam<ReadCase> {};

TEST_P(ReadsLikeTelegraf, Rows) {
  testing::plugin p(testing::descriptor<JsonParser>(), GetParam().options);
  p.format().time = false;
  EXPECT_EQ(p.parse_document(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.host().bad_count(), 0U);
  EXPECT_EQ(p.parse(GetParam().text), GetParam().rows);
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, ReadsLikeTelegraf,
    ::testing::Values(
        ReadCase{"flat",
                 "",
                 R"({"a": 5, "b": {"c": 6}, "ignored": "I'm a string", "no": null})",
                 {" a=5,b_c=6"}},
        ReadCase{"array",
                 "tag_keys = ['t']",
                 R"([{"a": 1, "t": "x"}, {"a": 2, "t": "y"}, {"a": 3}])",
                 {",t=x a=1", ",t=y a=2", " a=3"}},
        ReadCase{"booleans",
                 "json_string_fields = ['b']",
                 R"({"b": true, "c": false, "v": 1})",
                 {" b=t,v=1"}},
        ReadCase{"deep",
                 "",
                 R"({"l1": {"l2": {"l3": {"l4": {"l5": [{"l6": [0, {"x": 1}]}]}}}}})",
                 {" l1_l2_l3_l4_l5_0_l6_0=0,l1_l2_l3_l4_l5_0_l6_1_x=1"}},
        ReadCase{"empty_keys",
                 "json_string_fields = ['*']",
                 R"({"": 1, "a": "", "b": {"": 2}})",
                 {R"( =1,a="",b_=2)"}},
        ReadCase{"name_key", "json_name_key = 'n'", R"({"n": "renamed", "v": 1})", {"renamed v=1"}},
        ReadCase{
            "name_key_of_a_number", "json_name_key = 'n'", R"({"n": 5, "v": 1})", {" n=5,v=1"}},
        ReadCase{"nested_name_and_tags",
                 "json_name_key='a_n'\ntag_keys=['a_*']",
                 R"({"a":{"n":"x","t":"y"},"v":1})",
                 {"x,a_n=x,a_t=y v=1"}},
        ReadCase{"flattened",
                 "",
                 R"({"a": {"b": {"c": 1, "d": [1, 2, {"e": 3}]}}, "x_y": 4, "arr": [[1, 2], [3]]})",
                 {" a_b_c=1,a_b_d_0=1,a_b_d_1=2,a_b_d_2_e=3,x_y=4,arr_0_0=1,arr_0_1=2,arr_1_0=3"}},
        ReadCase{"query",
                 "json_query = 'obj.list'\ntag_keys = ['n']",
                 R"({"obj": {"list": [{"v": 1, "n": "a"}, {"v": 2, "n": "b"}]}, "x": 9})",
                 {",n=a v=1", ",n=b v=2"}},
        ReadCase{
            "query_all",
            "json_query = 'people.#(age>30)#'\ntag_keys = ['id']",
            R"({"people": [{"age": 20, "id": "x"}, {"age": 50, "id": "y"}, {"age": 60, "id": "z"}]})",
            {",id=y age=50", ",id=z age=60"}},
        ReadCase{"query_that_leads_nowhere", "json_query = 'a.b'", R"({"a": {"c": 1}})", {}},
        ReadCase{"query_of_null", "json_query = 'a'", R"({"a": null})", {}},
        ReadCase{"string_globs",
                 "json_string_fields = ['s*']",
                 R"({"s1": "x", "s2": "y", "u": "no", "b": true, "v": 1})",
                 {R"( s1="x",s2="y",v=1)"}},
        ReadCase{"tags_of_numbers",
                 "tag_keys = ['a','b','c','d','e']",
                 R"({"a": 1.0, "b": 1e21, "c": 0.1, "d": 123456789, "e": -5, "v": 1})",
                 {",a=1,b=1000000000000000000000,c=0.1,d=123456789,e=-5 v=1"}},
        ReadCase{"tags_of_null_and_arrays",
                 "tag_keys = ['t', 'u', 'w', 'w_0']",
                 R"({"t": null, "u": "", "w": [1,2], "v": 1})",
                 {",u=,w_0=1 w_1=2,v=1"}},
        ReadCase{"tag_of_a_boolean", "tag_keys = ['t']", R"({"t": true, "v": 1})", {",t=true v=1"}},
        ReadCase{"blank", "", " \n\t ", {}}, ReadCase{"null", "", "null", {}},
        ReadCase{"no_objects", "", "[]", {}},
        ReadCase{"object_without_numbers", "", R"({"a":"b"})", {}},
        ReadCase{"byte_order_mark", "", "\xef\xbb\xbf{\"a\":1}", {" a=1"}},
        ReadCase{"large_integers",
                 "",
                 R"({"a": 123456789012345678901234567890, "b": -18446744073709551616, "s\"5": 5})",
                 {" a=1.2345678901234568e+29,b=-18446744073709551616,s\"5=5"}},
        ReadCase{"escapes",
                 "json_string_fields = ['*']",
                 R"({"k\"e": "\u00e9\n\ud83d\ude00"})",
                 {R"( k"e="é\n😀")"}},
        ReadCase{"broken_utf8",
                 "json_string_fields = ['*']",
                 "{\"a\": \"x\xff\"}",
                 {" a=\"x\xef\xbf\xbd\""}},
        ReadCase{"repeated_key", "", R"({"a": 1, "b": 2, "a": 3})", {" a=3,b=2"}}),
    [](const auto& test) { return std::string(test.param.what); });

struct TimeCase {
  const char* format;
  const char* zone;
  const char* value;
  std::int64_t ns;
};

TEST(JsonParser, Times) {
  const TimeCase cases[] = {
      {"unix", "", "1700000000", 1'700'000'000'000'000'000},
      {"unix", "", "1700000000.25", 1'700'000'000'250'000'000},
      {"unix", "", "\"1700000000.5\"", 1'700'000'000'500'000'000},
      {"unix_ms", "", "1700000000123", 1'700'000'000'123'000'000},
      {"2006-01-02 15:04:05.000", "", "\"2023-11-14 22:13:20.987\"", 1'700'000'000'987'000'000},
      {"Jan _2 15:04:05 2006", "", "\"Nov  4 22:13:20 2023\"", 1'699'136'000'000'000'000},
      {"02/01/06 03:04:05 PM", "", "\"14/11/23 10:13:20 PM\"", 1'700'000'000'000'000'000},
      {"ANSIC", "", "\"Tue Nov 14 22:13:20 2023\"", 1'700'000'000'000'000'000},
      {"2006-01-02T15:04:05,000", "", "\"2023-11-14T22:13:20,123\"", 1'700'000'000'123'000'000},
      {"02 Jan 06 15:04 MST", "", "\"04 Jan 06 15:04 UTC\"", 1'136'387'040'000'000'000},
      {"2006-01-02 15:04:05", "Europe/Berlin", "\"2023-07-14 12:00:00\"",
       1'689'328'800'000'000'000},
      {"2006-01-02 15:04:05", "America/New_York", "\"2023-12-14 12:00:00\"",
       1'702'573'200'000'000'000},
      {"2006-01-02 15:04:05", "UTC", "\"2023-07-14 12:00:00\"", 1'689'336'000'000'000'000}};
  for (const TimeCase& c : cases) {
    time_zone zone;
    if (!zone.load(c.zone).empty()) continue;  // a system without time zones
    testing::plugin p(testing::descriptor<JsonParser>(),
                      "json_time_key = 'x_t'\njson_time_format = '" + std::string(c.format) +
                          "'\njson_timezone = '" + c.zone + "'");
    const std::string text = R"({"v": 1, "x": {"t": )" + std::string(c.value) + "}}";
    EXPECT_EQ(p.parse(text), (lines{" v=1 " + std::to_string(c.ns)})) << c.format;
  }
}

TEST(JsonParser, BadTextsGiveNothingAndAreReported) {
  testing::plugin p(testing::descriptor<JsonParser>(), "json_string_fields = ['*']");
  for (const char* text : {"{\"a\": 1,}", "{\"a\": 1}\n{\"a\": 2}", "[1, 2, {\"v\": 3}]",
                           "[{\"v\": 3}, 4]", "5", "\"x\"", "{", "{\"a\": 01}", "{\"a\": 1e400}",
                           "{\"a\": +1}", "{a: 1}", "nul", "{\"a\": \"\\x\"}"}) {
    const std::uint64_t before = p.host().bad_count();
    EXPECT_EQ(p.parse_document(text), lines{}) << text;
    EXPECT_EQ(p.host().bad_count(), before + 1) << text;
  }
  // The other messages of a batch are read.
  EXPECT_EQ(
      p.parse_rows({R"(raw record "{\"a\":1}")", R"(raw record "{")", R"(raw record "{\"a\":2}")"})
          .size(),
      2U);
}

TEST(JsonParser, StrictnessIsAboutObjectsOfAnArray) {
  const std::string text =
      R"([{"t": "2023-11-14", "v": 1}, {"t": "junk", "v": 2}, {"v": 4}, {"t": "2023-11-15", "v": 3}])";
  const std::string options = "json_time_key = 't'\njson_time_format = '2006-01-02'\n";
  testing::plugin loose(testing::descriptor<JsonParser>(), options + "json_strict = false");
  EXPECT_EQ(loose.parse(text), (lines{" v=1 1699920000000000000", " v=3 1700006400000000000"}));
  testing::plugin strict(testing::descriptor<JsonParser>(), options);
  EXPECT_EQ(strict.parse(text), lines{});
  EXPECT_EQ(strict.host().bad_count(), 1U);
  EXPECT_EQ(loose.parse(R"({"t": "junk", "v": 2})"), lines{});
  EXPECT_EQ(loose.host().bad_count(), 1U);
}

TEST(JsonParser, QueriesHaveToLeadToObjects) {
  testing::plugin p(testing::descriptor<JsonParser>(), "json_query = 'a'");
  EXPECT_EQ(p.parse(R"({"a": 5})"), lines{});
  EXPECT_EQ(p.host().bad_count(), 1U);
  EXPECT_EQ(p.parse(R"({"a": {"b": 5}})").size(), 1U);
}

TEST(JsonParser, RefusesWrongOptions) {
  EXPECT_THROW(testing::plugin(testing::descriptor<JsonParser>(), "json_time_key = 't'"),
               testing::failure);
  EXPECT_THROW(
      testing::plugin(testing::descriptor<JsonParser>(),
                      "json_time_key = 't'\njson_time_format = 'unix'\njson_timezone = 'No/Where'"),
      testing::failure);
  EXPECT_THROW(testing::plugin(testing::descriptor<JsonParser>(), "tag_keys = ['[a*']"),
               testing::failure);
}

TEST(JsonParser, MetricsWithoutATimeHaveTheMessages) {
  testing::plugin p(testing::descriptor<JsonParser>());
  p.host().set_now(now_ns + 5);
  EXPECT_EQ(p.parse(R"({"a":1})"), (lines{" a=1 1000000000000000005"}));
}

TEST(JsonParser, GivesMemoryBackWhenNothingComes) {
  testing::plugin p(testing::descriptor<JsonParser>(), "tag_keys = ['s']");
  std::string text;
  for (int i = 0; i < 10'000; ++i)
    text += R"({"s":"x)" + std::to_string(i % 5000) +
            R"(","a":1})"
            "\n";
  const lines first = p.parse(text);
  EXPECT_GT(p.host().charged_bytes(), 100'000);
  p.idle();
  EXPECT_EQ(p.host().charged_bytes(), 0);
  EXPECT_EQ(p.parse(text), first);
}

TEST(JsonParser, DeepTextsAreRefusedNotFatal) {
  testing::plugin p(testing::descriptor<JsonParser>());
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(p.parse(deep), lines{});
  EXPECT_EQ(p.host().bad_count(), 1U);
  std::string fine(levels_max - 2, '[');
  EXPECT_EQ(p.parse("{\"a\":" + fine + "1" + std::string(fine.size(), ']') + "}").size(), 1U);
}

}  // namespace
}  // namespace weir::json
