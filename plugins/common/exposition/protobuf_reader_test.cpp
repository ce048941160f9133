// Goal: the binary expositions give what their texts give, and broken ones cost only their end.

#include "plugins/common/exposition/protobuf_reader.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/host.hpp>

namespace weir::exposition {
namespace {

using testing::lines;

// ---- messages ----

std::string varint(std::uint64_t v) {
  std::string s;
  for (; v > 127; v >>= 7U) s += static_cast<char>(v | 128U);
  return s + static_cast<char>(v);
}
std::string number(unsigned field, std::uint64_t v) { return varint(field << 3U) + varint(v); }
std::string real(unsigned field, double v) {
  return varint(field << 3U | 1U) + std::string(reinterpret_cast<const char*>(&v), 8);
}
std::string bytes(unsigned field, const std::string& s) {
  return varint(field << 3U | 2U) + varint(s.size()) + s;
}
std::string label(const std::string& name, const std::string& value) {
  return bytes(1, bytes(1, name) + bytes(2, value));
}
std::string delimited(const std::string& message) { return varint(message.size()) + message; }
// Prometheus: type by its number.
std::string family(const std::string& name, unsigned type, const std::string& metrics) {
  return bytes(1, name) + bytes(2, "help") + number(3, type) + metrics;
}
// OpenMetrics: a family with one metric of one point.
std::string om_family(unsigned type, const std::string& labels, const std::string& point) {
  return bytes(1, bytes(1, "f") + number(2, type) + bytes(5, labels + bytes(2, point)));
}

lines read(const std::string& message, const Format& format, std::uint32_t bad = 0) {
  testing::host home(0);
  testing::row_format shown;
  shown.kind = true;
  sink out{weir::host(home.table())};
  ProtobufReader reader(format);
  EXPECT_EQ(reader.read({message, 7, 0, true}, out), bad);
  out.emit();
  return home.take_rows(shown);
}
constexpr Format version_1{Dialect::prometheus, true, false};
constexpr Format om_version_1{Dialect::openmetrics, true, false};
constexpr Format om_version_2{Dialect::openmetrics, false, false};

// ---- Prometheus ----

TEST(ProtobufReader, ReadsSimpleFamilies) {
  const std::string message =
      delimited(
          family("c", 0, bytes(4, label("a", "b") + bytes(3, real(1, 5)) + number(6, 1000)))) +
      delimited(family("g", 1, bytes(4, bytes(2, real(1, -1.5))))) +
      delimited(family("u", 3, bytes(4, bytes(5, real(1, 2))))) +
      delimited(family("nothing", 1, bytes(4, label("a", "b"))));
  EXPECT_EQ(read(message, version_1), (lines{"c,a=b counter=5 1000000000 counter",
                                             "g gauge=-1.5 7 gauge", "u value=2 7 untyped"}));
  EXPECT_EQ(read(message, {})[0], "prometheus,a=b c=5 1000000000 counter");
}

TEST(ProtobufReader, ReadsSummariesAndHistograms) {
  const std::string summary = number(1, 10) + real(2, 4.5) + bytes(3, real(1, 0.5) + real(2, 7));
  const std::string histogram = number(1, 10) + real(2, 4.5) + bytes(3, number(1, 3) + real(2, 1));
  const std::string message = delimited(family("s", 2, bytes(4, bytes(4, summary)))) +
                              delimited(family("h", 4, bytes(4, bytes(7, histogram)))) +
                              delimited(family("gh", 5, bytes(4, bytes(7, histogram))));
  EXPECT_EQ(read(message, version_1),
            (lines{"s count=10,sum=4.5,0.5=7 7 summary", "h count=10,sum=4.5,1=3 7 histogram",
                   "gh count=10,sum=4.5,1=3 7 histogram"}));
  EXPECT_EQ(read(message, {})[4], "prometheus,le=+Inf h_bucket=10 7 histogram");
}

TEST(ProtobufReader, OneSeriesMayHaveSeveralTimes) {
  const std::string message =
      delimited(family("s", 2,
                       bytes(4, bytes(4, number(1, 1)) + number(6, 1)) +
                           bytes(4, bytes(4, number(1, 2)) + number(6, 2))));
  EXPECT_EQ(read(message, version_1),
            (lines{"s count=1,sum=0 1000000 summary", "s count=2,sum=0 2000000 summary"}));
}

TEST(ProtobufReader, KeepsWhatStandsBeforeABrokenMessage) {
  const std::string good = delimited(family("g", 1, bytes(4, bytes(2, real(1, 1)))));
  const lines expected{"g gauge=1 7 gauge"};
  for (const std::string& broken : {varint(100) + "x", std::string("\xff\xff\xff\xff\xff\xff"),
                                    delimited(bytes(1, "x") + bytes(4, "\xff\xff")),
                                    delimited(number(1, 5)), delimited(bytes(3, "counter"))}) {
    EXPECT_EQ(read(good + broken, version_1, 1), expected);
  }
}

// ---- OpenMetrics ----

TEST(ProtobufReader, ReadsOpenMetricsValues) {
  const std::string time = bytes(8, number(1, 3) + number(2, 500000000));
  EXPECT_EQ(read(om_family(0, label("a", "b"), bytes(1, real(1, 2.5)) + time), om_version_1),
            (lines{"f,a=b value=2.5 3500000000 untyped"}));
  EXPECT_EQ(read(om_family(1, "", bytes(2, number(2, 4))), om_version_2),
            (lines{"openmetric f=4 7 gauge"}));
  EXPECT_EQ(read(om_family(2, "", bytes(3, real(1, 5) + bytes(3, number(1, 9)))), om_version_1),
            (lines{"f counter=5 7 counter"}));
}

TEST(ProtobufReader, ReadsOpenMetricsStatesAndInfo) {
  const std::string states =
      bytes(1, number(1, 1) + bytes(2, "door ok")) + bytes(1, bytes(2, "window"));
  EXPECT_EQ(read(om_family(3, "", bytes(5, states)), om_version_1),
            (lines{"f door_ok=t,window=f 7 untyped"}));
  EXPECT_EQ(read(om_family(4, label("a", "b"), bytes(6, label("version", "1"))), om_version_2),
            (lines{"openmetric,a=b,version=1 f_info=1u 7 untyped"}));
}

TEST(ProtobufReader, ReadsOpenMetricsGroups) {
  const std::string created = bytes(4, number(1, 10) + number(2, 250000000));
  const std::string histogram =
      number(2, 6) + number(3, 4) + created + bytes(5, number(1, 2) + real(2, 1));
  EXPECT_EQ(read(om_family(5, "", bytes(4, histogram)), om_version_1),
            (lines{"f count=4,sum=6,created=10.25,1=2 7 histogram"}));
  const std::string summary = real(1, 1.5) + number(3, 4) + bytes(5, real(1, 0.5) + real(2, 3));
  EXPECT_EQ(
      read(om_family(7, "", bytes(7, summary)), om_version_2),
      (lines{"openmetric f_count=4,f_sum=1.5 7 summary", "openmetric,quantile=0.5 f=3 7 summary"}));
}

TEST(ProtobufReader, UnitsAreTags) {
  const std::string message =
      bytes(1, bytes(1, "f") + bytes(3, "seconds") + bytes(5, bytes(2, bytes(1, real(1, 1)))));
  EXPECT_EQ(read(message, om_version_1), (lines{"f,unit=seconds value=1 7 untyped"}));
}

}  // namespace
}  // namespace weir::exposition
