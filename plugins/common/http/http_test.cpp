#include <string>

#include <gtest/gtest.h>

#include "plugins/common/http/base64.hpp"
#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::http {
namespace {

// The examples of RFC 4648, section 10.
TEST(Base64, EncodesAndDecodes) {
  constexpr std::pair<const char*, const char*> examples[] = {{"", ""},
                                                              {"f", "Zg=="},
                                                              {"fo", "Zm8="},
                                                              {"foo", "Zm9v"},
                                                              {"foob", "Zm9vYg=="},
                                                              {"fooba", "Zm9vYmE="},
                                                              {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : examples) {
    EXPECT_EQ(base64(plain), coded);
    EXPECT_EQ(from_base64(coded), plain);
    EXPECT_EQ(from_base64(base64_url(plain)), plain);
  }
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64_url("\xfb\xff"), "-_8");
  EXPECT_EQ(from_base64("-_8"), "\xfb\xff");
}

TEST(Base64, RefusesWhatItIsNot) {
  for (const char* text : {"Zm9v!", "Z", "Zm9vZ", "====", "Zm 9v"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(Url, HasItsParts) {
  const auto url = parse_url("http://u:p@host:8086/base/x?a=1&b=2#end");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->user_info, "u:p");
  EXPECT_EQ(url->host, "host");
  EXPECT_EQ(url->port, "8086");
  EXPECT_EQ(url->path, "/base/x");
  EXPECT_EQ(url->query, "a=1&b=2");
  const auto v6 = parse_url("https://[::1]?q");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->port, "");
  EXPECT_EQ(v6->path, "");
  EXPECT_EQ(v6->query, "q");
  EXPECT_EQ(parse_url("host:80"), std::nullopt);
  EXPECT_EQ(parse_url("unix:///a/b")->path, "/a/b");
}

TEST(Url, DecodesItsText) {
  EXPECT_EQ(decode_path("/a%2Fb+c"), "/a/b+c");
  EXPECT_EQ(decode_query("a%20b+c"), "a b c");
  for (const char* text : {"%", "%4", "%4g", "%-1", "%zz"}) {
    EXPECT_EQ(decode_path(text), std::nullopt) << text;
  }
  EXPECT_EQ(encode_query("my org/\xc3\xa9~"), "my+org%2F%C3%A9~");
  EXPECT_EQ(encode_pairs({{"bucket", "b"}, {"org", "my org"}}), "bucket=b&org=my+org");
}

TEST(Url, FindsTheFirstValueOfAKey) {
  constexpr const char* query = "db=my%20db&rp=&x&d%62=second&bad=%zz";
  EXPECT_EQ(query_value(query, "db"), "my db");
  EXPECT_EQ(query_value(query, "rp"), "");
  EXPECT_EQ(query_value(query, "x"), "");
  EXPECT_EQ(query_value(query, "bad"), "");
  EXPECT_EQ(query_value(query, "none"), "");
}

TEST(Credentials, AreComparedWhole) {
  EXPECT_EQ(basic_authorization("u", "p"), "Basic dTpw");
  EXPECT_TRUE(same_secret("abc", "abc"));
  for (const char* other : {"", "ab", "abd", "xbc", "abcd"}) {
    EXPECT_FALSE(same_secret("abc", other)) << other;
  }
}

}  // namespace
}  // namespace weir::http
