#include "plugins/serializers/json/json.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/serializers/json/nested.hpp"

namespace weir::json_lines {
namespace {

using testing::lines;

lines serialized(const std::string& row, const std::string& toml = "") {
  return testing::plugin(testing::descriptor<JsonSerializer>(), toml).serialize({row});
}

TEST(JsonSerializer, WritesEveryType) {
  EXPECT_EQ(
      serialized(
          R"(m,t=x a=1,b=-2i,c=3u,d=t,e="str",f=0.1,g=1e21,h=1e-7,i=100000000,j=123456789.123,k=0,l=f 1700000000123456789)"),
      (lines{
          R"({"fields":{"a":1,"b":-2,"c":3,"d":true,"e":"str","f":0.1,"g":1e+21,"h":1e-7,"i":100000000,"j":123456789.123,"k":0,"l":false},"name":"m","tags":{"t":"x"},"timestamp":1700000000})"
          "\n"}));
}

TEST(JsonSerializer, SortsKeysAndLeavesOutWhatJsonCannotHold) {
  EXPECT_EQ(serialized("m z=1,a=nan,b=2,c=inf 0"),
            (lines{"{\"fields\":{\"b\":2,\"z\":1},\"name\":\"m\",\"tags\":{},\"timestamp\":0}\n"}));
  EXPECT_EQ(serialized("m a=nan 0"),
            (lines{"{\"fields\":{},\"name\":\"m\",\"tags\":{},\"timestamp\":0}\n"}));
}

TEST(JsonSerializer, EscapesTexts) {
  EXPECT_EQ(serialized(R"(m,t=a\ b<>& s="<a href=\"x\">&amp; é 😀\x07\ttab",a="" 1)"),
            (lines{"{\"fields\":{\"a\":\"\",\"s\":\"\\u003ca href=\\\"x\\\"\\u003e\\u0026amp; é "
                   "😀\\u0007\\ttab\"},\"name\":\"m\","
                   "\"tags\":{\"t\":\"a b\\u003c\\u003e\\u0026\"},\"timestamp\":0}\n"}));
}

TEST(JsonSerializer, TimestampUnitsAndFormats) {
  const auto timestamp = [](const std::string& toml,
                            const std::string& ns = "1700000000123456789") {
    const std::string line = serialized("m a=1i " + ns, toml).at(0);
    return line.substr(line.find("timestamp") + 11, line.size() - line.find("timestamp") - 13);
  };
  EXPECT_EQ(timestamp("json_timestamp_units = '1ms'"), "1700000000123");
  EXPECT_EQ(timestamp("json_timestamp_units = '1ns'"), "1700000000123456789");
  EXPECT_EQ(timestamp("json_timestamp_units = '3s'"), "1700000000");
  EXPECT_EQ(timestamp("json_timestamp_units = '15s'"), "170000000");
  EXPECT_EQ(timestamp("json_timestamp_units = '0s'"), "1700000000");
  EXPECT_EQ(timestamp("", "-1500000000"), "-1");
  EXPECT_EQ(timestamp("json_timestamp_format = '2006-01-02T15:04:05.000Z07:00'"),
            "\"2023-11-14T22:13:20.123Z\"");
  EXPECT_EQ(timestamp("json_timestamp_format = '2006-01-02T15:04:05.0Z07:00'", "-500000000"),
            "\"1969-12-31T23:59:59.5Z\"");
}

TEST(JsonSerializer, DocumentsAreOneObject) {
  testing::plugin p(testing::descriptor<JsonSerializer>());
  EXPECT_EQ(p.serialize_document(
                {"cpu,cpu=cpu-total,host=a usage_idle=98.5 1700000000123456789", "m a=1i 2"}),
            "{\"metrics\":[{\"fields\":{\"usage_idle\":98.5},\"name\":\"cpu\",\"tags\":{\"cpu\":"
            "\"cpu-total\",\"host\":\"a\"},"
            "\"timestamp\":1700000000},{\"fields\":{\"a\":1},\"name\":\"m\",\"tags\":{},"
            "\"timestamp\":0}]}\n");
  EXPECT_EQ(p.serialize_document({}), "{\"metrics\":[]}\n");
  EXPECT_EQ(p.serialize_document({"m a=1i 2", "n a=1i 2"}, {"01", 0, 2}),
            "{\"metrics\":[{\"fields\":{\"a\":1},\"name\":\"n\",\"tags\":{},\"timestamp\":0}]}\n");
}

TEST(JsonSerializer, NestedFields) {
  const std::string row =
      R"(m,h=a j1="{\"a\": [1, {\"b\": null}]}",j2="not json",k="{\"x\": 1}",v=1 1)";
  const auto expected = [](const std::string& j1, const std::string& k) {
    return lines{"{\"fields\":{\"j1\":" + j1 + ",\"j2\":\"not json\",\"k\":" + k +
                 ",\"v\":1},\"name\":\"m\",\"tags\":{\"h\":\"a\"},\"timestamp\":0}\n"};
  };
  const std::string j1_text = R"("{\"a\": [1, {\"b\": null}]}")";
  const std::string k_text = R"("{\"x\": 1}")";
  EXPECT_EQ(serialized(row), expected(j1_text, k_text));
  EXPECT_EQ(serialized(row, "json_nested_fields_include = ['j*']"),
            expected(R"({"a":[1,{"b":null}]})", k_text));
  EXPECT_EQ(serialized(row, "json_nested_fields_exclude = ['j*']"),
            expected(j1_text, R"({"x":1})"));
  EXPECT_EQ(
      serialized(row, "json_nested_fields_include = ['*']\njson_nested_fields_exclude = ['k']"),
      expected(R"({"a":[1,{"b":null}]})", k_text));
}

TEST(JsonSerializer, Transforms) {
  const auto transformed = [](const std::string& expression) {
    return serialized(
        "m,h=a v=1i,w=18446744073709551615u,s=\"<\" 1700000000123456789",
        "json_timestamp_units = '1ns'\njson_transformation = '''" + expression + "'''");
  };
  EXPECT_EQ(transformed("{\"n\": name, \"f\": fields, \"t\": timestamp, \"x\": nothing}"),
            (lines{"{\"f\":{\"s\":\"\\u003c\",\"v\":1,\"w\":18446744073709551615},\"n\":\"m\","
                   "\"t\":1700000000123456789}\n"}));
  EXPECT_EQ(transformed("$merge([{\"name\": name}, tags])"),
            (lines{"{\"h\":\"a\",\"name\":\"m\"}\n"}));
  EXPECT_EQ(transformed("fields.v + 1"), (lines{"2\n"}));
}

TEST(JsonSerializer, TransformsDocuments) {
  testing::plugin p(testing::descriptor<JsonSerializer>(),
                    "json_transformation = 'metrics.{\"n\": name, \"v\": fields.v}'");
  EXPECT_EQ(p.serialize_document({"m v=1 1", "n v=2 2"}),
            "[{\"n\":\"m\",\"v\":1},{\"n\":\"n\",\"v\":2}]\n");
}

TEST(JsonSerializer, RowsThatCannotBeTransformedAreReported) {
  testing::plugin p(testing::descriptor<JsonSerializer>(), "json_transformation = 'fields.v * 2'");
  EXPECT_EQ(p.serialize({"m v=1 1", "m v=\"text\" 2", "m w=1 3", "m v=4 4"}),
            (lines{"2\n", "", "", "8\n"}));
  EXPECT_EQ(p.host().bad_count(), 2U);
}

TEST(JsonSerializer, RefusesWhatItCannotDo) {
  EXPECT_THROW(serialized("m a=1i 1", "json_transformation = '$('"), testing::failure);
  EXPECT_THROW(serialized("m a=1i 1", "json_nested_fields_include = ['[a*']"), testing::failure);
}

TEST(NestedJson, IsStrictAndCanonical) {
  struct Case {
    const char* text;
    const char* result;  // nullptr: no JSON
  };
  const Case cases[] = {
      {"{}", "{}"},
      {" [ ] ", "[]"},
      {"5", "5"},
      {"-0.50", "-0.5"},
      {"1E2", "100"},
      {"1e300", "1e+300"},
      {"123456789012345678901234567890", "1.2345678901234568e+29"},
      {"\"a\\u003c\\n<\"", "\"a\\u003c\\n\\u003c\""},
      {"{\"b\":1,\"a\":[true,false,null],\"b\":2}", "{\"a\":[true,false,null],\"b\":2}"},
      {"", nullptr},
      {"{", nullptr},
      {"[1,]", nullptr},
      {"{\"a\":1,}", nullptr},
      {"{\"a\" 1}", nullptr},
      {"{a:1}", nullptr},
      {"01", nullptr},
      {"1.", nullptr},
      {".5", nullptr},
      {"+1", nullptr},
      {"1e", nullptr},
      {"1e400", nullptr},
      {"tru", nullptr},
      {"1 2", nullptr},
      {"\"\t\"", nullptr},
      {"\"\\x\"", nullptr},
      {"\"\\u12\"", nullptr},
      {"\"a", nullptr},
      {"\"a\\", nullptr}};
  for (const Case& c : cases) {
    std::string out = "before";
    EXPECT_EQ(append_nested(c.text, out), c.result != nullptr) << c.text;
    EXPECT_EQ(out, std::string("before") + (c.result != nullptr ? c.result : "")) << c.text;
  }
  std::string out;
  EXPECT_FALSE(append_nested(std::string(100'000, '['), out));
}

}  // namespace
}  // namespace weir::json_lines
