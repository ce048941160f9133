#include "plugins/common/text/json_string.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

std::string json(std::string_view s) {
  std::string out(json_string_bytes(s.size()), '\0');
  out.resize(static_cast<std::size_t>(put_json_string(out.data(), s) - out.data()));
  return out;
}

TEST(JsonString, EscapesAsGoDoes) {
  EXPECT_EQ(json(""), "\"\"");
  EXPECT_EQ(json("plain text, 'quotes' /"), "\"plain text, 'quotes' /\"");
  EXPECT_EQ(json("<a href=\"x\">&amp; \xc3\xa9 \xf0\x9f\x98\x80\a\ttab"),
            "\"\\u003ca href=\\\"x\\\"\\u003e\\u0026amp; \xc3\xa9 \xf0\x9f\x98\x80\\u0007\\ttab\"");
  EXPECT_EQ(json("\b\f\n\r\x1f\x7f\\"), "\"\\b\\f\\n\\r\\u001f\x7f\\\\\"");
  EXPECT_EQ(json("a\xe2\x80\xa8\xe2\x80\xa9z"), "\"a\\u2028\\u2029z\"");
  EXPECT_EQ(json("\xff\xc3"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(json(std::string_view("\0", 1)), "\"\\u0000\"");
}

}  // namespace
}  // namespace weir::common
