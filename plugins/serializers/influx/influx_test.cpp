#include "plugins/serializers/influx/influx.hpp"

#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::influx_lines {
namespace {

using testing::lines;

testing::plugin serializer(const std::string& toml = "") {
  return testing::plugin(testing::descriptor<InfluxSerializer>(), toml);
}

TEST(InfluxSerializer, WritesEveryType) {
  auto p = serializer();
  EXPECT_EQ(
      p.serialize(
          {R"(m,t=x a=1,b=-2i,c=3u,d=t,e="str",f=0.1,g=1e21,h=1e-7,i=100000000,j=123456789.123,k=0,l=f,n=-0 1700000000000000000)"}),
      (lines{"m,t=x a=1,b=-2i,c=3i,d=true,e=\"str\",f=0.1,g=1000000000000000000000,h=0.0000001,"
             "i=100000000,j=123456789.123,k=0,l=false,n=-0 1700000000000000000\n"}));
  EXPECT_EQ(p.serialize({"m a=18446744073709551615u,b=9223372036854775808u,c=1u -1"}),
            (lines{"m a=9223372036854775807i,b=9223372036854775807i,c=1i -1\n"}));
}

TEST(InfluxSerializer, EscapesWhatTheGrammarWants) {
  auto p = serializer();
  EXPECT_EQ(
      p.serialize(
          {R"(weird\ name\,x=y,tag\ key=va\,l\=ue,u=é field\ one=1.5,msg="quote \" back\\slash, comma",n=-5i 1)"}),
      (lines{"weird\\ name\\,x=y,tag\\ key=va\\,l\\=ue,u=é field\\ one=1.5,msg=\"quote \\\" "
             "back\\\\slash, comma\",n=-5i 1\n"}));
  EXPECT_EQ(p.serialize({R"(a\nb\tc,k\re\\y=v\x0cw\\x f\n=1,g="x\ny\tz\r\n" 1)"}),
            (lines{"a\\nb\\tc,k\\re\\y=v\\fw\\x f\\n=1,g=\"x\ny\tz\r\n\" 1\n"}));
  EXPECT_EQ(p.serialize({R"(c:\\dir,path=C:\\new f="C:\\x" 4)"}),
            (lines{"c:\\dir,path=C:\\new f=\"C:\\\\x\" 4\n"}));
}

TEST(InfluxSerializer, LeavesOutWhatItCannotWrite) {
  auto p = serializer();
  EXPECT_EQ(p.serialize({R"(mx\\,t=end\\ a=1 1)"}), (lines{"mx\\,t=end a=1 1\n"}));
  EXPECT_EQ(p.serialize({R"(m,a\\=x,b=\\,c= a=1 1)"}), (lines{"m,a=x a=1 1\n"}));
  EXPECT_EQ(p.serialize({"m a=nan,b=1,c=inf,d=-inf 1"}), (lines{"m b=1 1\n"}));
  EXPECT_EQ(p.host().bad_count(), 0U);
  EXPECT_EQ(p.serialize({"m a=nan 1", "n a=1 1", " a=1 1"}), (lines{"", "n a=1 1\n", ""}));
  EXPECT_EQ(p.host().bad_count(), 2U);
}

TEST(InfluxSerializer, Options) {
  EXPECT_EQ(serializer("influx_uint_support = true").serialize({"m a=18446744073709551615u 1"}),
            (lines{"m a=18446744073709551615u 1\n"}));
  EXPECT_EQ(serializer("influx_sort_fields = true").serialize({"m zz=1,aa=2,mm=3,bb=4 1"}),
            (lines{"m aa=2,bb=4,mm=3,zz=1 1\n"}));
  EXPECT_EQ(serializer().serialize({"m zz=1,aa=2,mm=3,bb=4 1"}),
            (lines{"m zz=1,aa=2,mm=3,bb=4 1\n"}));
  EXPECT_EQ(serializer("influx_omit_timestamp = true").serialize({"m a=1 1", "m a=2 2"}),
            (lines{"m a=1\n", "m a=2\n"}));
}

TEST(InfluxSerializer, SplitsLongLinesAsTelegrafDoes) {
  const std::string row =
      "measurement,tag1=value1,tag2=value2 "
      "field00=0,field01=1,field02=2,field03=3,field04=4,field05=5,"
      "field06=6,field07=7,field08=8,field09=9,field10=10,field11=11 1700000000000000000";
  const std::string head = "measurement,tag1=value1,tag2=value2 ";
  const std::string foot = " 1700000000000000000\n";
  const std::vector<std::pair<int, lines>> cases = {
      {0, {row.substr(head.size(), row.size() - head.size() - foot.size() + 1)}},
      {200, {row.substr(head.size(), row.size() - head.size() - foot.size() + 1)}},
      {120,
       {"field00=0,field01=1,field02=2,field03=3,field04=4,field05=5",
        "field06=6,field07=7,field08=8,field09=9,field10=10,field11=11"}},
      {100,
       {"field00=0,field01=1,field02=2,field03=3", "field04=4,field05=5,field06=6,field07=7",
        "field08=8,field09=9,field10=10,field11=11"}},
      {80,
       {"field00=0,field01=1", "field02=2,field03=3", "field04=4,field05=5", "field06=6,field07=7",
        "field08=8,field09=9", "field10=10,field11=11"}},
      {48, {}}};
  for (const auto& [bytes, parts] : cases) {
    std::string expected;
    for (const std::string& part : parts) expected += head + part + foot;
    auto p = serializer("influx_max_line_bytes = " + std::to_string(bytes));
    EXPECT_EQ(p.serialize({row, row}), (lines{expected, expected})) << bytes;
    EXPECT_EQ(p.host().bad_count(), parts.empty() ? 2U : 0U);
  }
  auto p = serializer("influx_max_line_bytes = 64");
  EXPECT_EQ(p.serialize({"m,t=a a=1,b=\"" + std::string(100, 'x') + "\",c=2 1"}), (lines{""}));
}

std::string random_row(std::mt19937& random) {
  std::string row = std::string(1 + random() % 20, static_cast<char>('a' + random() % 3));
  for (unsigned t = 0; t < random() % 4; ++t) {
    row += ",k" + std::to_string(t) + std::string(random() % 40, 'k') + "=v" +
           std::to_string(random() % 3);
  }
  return row + " f" + std::string(random() % 40, 'f') + "=" + std::to_string(random() % 5) + " " +
         std::to_string(random() % 3);
}

// Goal: the caches of series and keys never give a row another one's bytes. Method: rows whose
// ranges, names and keys collide in every way, in batch after batch, whole and in part.
TEST(InfluxSerializer, KeepsSeriesAndBatchesApart) {
  auto p = serializer();
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    lines rows;
    lines expected;
    for (int r = 0; r < 50; ++r) {
      rows.push_back(random_row(random));
      expected.push_back(rows.back() + "\n");
    }
    ASSERT_EQ(p.serialize(rows), expected);
    std::string document;
    for (const std::string& line : expected) document += line;
    ASSERT_EQ(p.serialize_document(rows), document);
  }
}

// Goal: rows that share a range copy each other's bytes, also behind a row that failed.
TEST(InfluxSerializer, SharedRangesAreCopied) {
  auto p = serializer();
  builder b;
  string_table& s = b.strings();
  const weir_tag tags[] = {{s.intern("host"), s.intern("a b")}};
  const std::uint32_t tag0 = b.add_tags(tags, 1);
  const std::uint32_t key = s.intern("f");
  for (int i = 0; i < 6; ++i) {
    b.add_row(s.intern(i % 2 == 0 ? "even" : "odd"), tag0, 1, 1, i);
    weir_field& f = *b.fields(1);
    f = weir_field{};
    f.key = key;
    f.type = WEIR_F64;
    f.v.f = i == 0 ? std::numeric_limits<double>::quiet_NaN() : i;
  }
  testing::block_memory block(b.bytes());
  b.seal(block.data());
  InfluxSerializer direct;
  struct Source : buffer_source {
    weir_buf get(std::uint64_t n) override {
      memory.emplace_back(n);
      weir_buf buf{};
      buf.data = memory.back().data();
      buf.cap = n;
      return buf;
    }
    void put(weir_buf&) noexcept override {}
    std::vector<testing::block_memory> memory;
  } source;
  weir_buf buf = source.get(64);
  text out(&buf, &source);
  const batch rows(block.head());
  direct.begin_batch(rows);
  for (const row r : rows) {
    const std::uint64_t before = out.size();
    try {
      direct.serialize(r, out);
    } catch (const fail&) {
      out.cut(before);
    }
  }
  EXPECT_EQ(out.view(),
            "odd,host=a\\ b f=1 1\neven,host=a\\ b f=2 2\nodd,host=a\\ b f=3 3\n"
            "even,host=a\\ b f=4 4\nodd,host=a\\ b f=5 5\n");
}

TEST(InfluxSerializer, LongTextsAndManyFields) {
  auto p = serializer();
  for (const std::size_t n : {15U, 16U, 17U, 27U, 28U, 31U, 32U, 33U, 1000U, 70000U}) {
    const std::string x(n, 'x');
    const std::string spaced = x.substr(1) + " ";
    const std::string escaped = x.substr(1) + "\\ ";
    std::string row = x + "," + x + "=" + x + " " + x + "=\"" + x + "\"";
    for (int i = 0; i < 300; ++i) {
      row += "," + x.substr(0, std::min<std::size_t>(n, 40)) + std::to_string(i) + "=" +
             std::to_string(i) + "i";
    }
    row += " 1";
    EXPECT_EQ(p.serialize({row}), (lines{row + "\n"})) << n;
    EXPECT_EQ(p.serialize({escaped + "," + escaped + "=" + escaped + " " + escaped + "=\"" +
                           spaced + "\\\"\" 1"}),
              (lines{escaped + "," + escaped + "=" + escaped + " " + escaped + "=\"" + spaced +
                     "\\\"\" 1\n"}));
  }
}

}  // namespace
}  // namespace weir::influx_lines
