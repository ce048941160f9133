#include "plugins/serializers/prometheusremotewrite/prometheusremotewrite.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/serializers/prometheusremotewrite/remote_write_reader.hpp"

namespace weir::remote_write {
namespace {

using testing::lines;

lines document(const lines& rows, const std::string& toml = "") {
  testing::plugin p(testing::descriptor<RemoteWriteSerializer>(), toml);
  return RequestReader::read(p.serialize_document(rows));
}

TEST(RemoteWrite, EachNumberIsATimeSeries) {
  EXPECT_EQ(document({R"(m,t=x a=1.5,b=-2i,c=3u,d=t,e="str",f=0,g=nan,h=-inf 1700000000123456789)",
                      "prometheus up=1 1700000000123456789"}),
            (lines{"{__name__=m_a,t=x} 1.5 1700000000123", "{__name__=m_b,t=x} -2 1700000000123",
                   "{__name__=m_c,t=x} 3 1700000000123", "{__name__=m_d,t=x} 1 1700000000123",
                   "{__name__=m_f,t=x} 0 1700000000123", "{__name__=m_g,t=x} NaN 1700000000123",
                   "{__name__=m_h,t=x} -Inf 1700000000123", "{__name__=up} 1 1700000000123"}));
}

TEST(RemoteWrite, LabelsAreCleanedAndSorted) {
  EXPECT_EQ(document({"m.x,A=1,_a=2,b-c=3,e=,é=4 v.w=1 0"}),
            (lines{"{A=1,__name__=m_x_v_w,_a=2,b_c=3} 1 0"}));
  EXPECT_EQ(document({"é ü=1 0"}), lines{});
}

TEST(RemoteWrite, StringsBecomeLabelsWhereTheyShall) {
  const lines rows{R"(m,e=,h=b,z=1 used=5u,s="x y",h="no",e="yes",n="" 0)", "m,h=b used=6u 0"};
  EXPECT_EQ(document(rows, "prometheus_string_as_label = true"),
            (lines{"{__name__=m_used,e=yes,h=b,n=,s=x y,z=1} 5 0", "{__name__=m_used,h=b} 6 0"}));
  EXPECT_EQ(document(rows), (lines{"{__name__=m_used,h=b,z=1} 5 0", "{__name__=m_used,h=b} 6 0"}));
}

TEST(RemoteWrite, EveryTimeOfASeriesIsSentInOrder) {
  EXPECT_EQ(document({"m a=1 2000000", "m a=2 5000000", "m a=3 1000000", "m a=4 3000000",
                      "m a=5 9000000"}),
            (lines{"{__name__=m_a} 3 1", "{__name__=m_a} 1 2", "{__name__=m_a} 4 3",
                   "{__name__=m_a} 2 5", "{__name__=m_a} 5 9"}));
}

TEST(RemoteWrite, OfOneMillisecondTheLastSampleCounts) {
  EXPECT_EQ(document({"m a=1 2000000", "m a=2 3999999", "m a=3 3000000", "m a=4 2999999"}),
            (lines{"{__name__=m_a} 4 2", "{__name__=m_a} 3 3"}));
}

TEST(RemoteWrite, AnEmptyRequestIsOneByte) {
  testing::plugin p(testing::descriptor<RemoteWriteSerializer>());
  EXPECT_EQ(p.serialize_document({"m s=\"only text\" 1"}), std::string(1, '\0'));
}

TEST(RemoteWrite, RowsAreRequestsOfTheirOwn) {
  testing::plugin p(testing::descriptor<RemoteWriteSerializer>());
  const lines both = p.serialize({"m,a=b x=1 0", "m,a=b x=2 0"});
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(RequestReader::read(both[0]), lines{"{__name__=m_x,a=b} 1 0"});
  EXPECT_EQ(RequestReader::read(both[1]), lines{"{__name__=m_x,a=b} 2 0"});
}

TEST(RemoteWrite, HistogramsGetWhatTheyLack) {
  EXPECT_EQ(document({"prometheus,le=0.5 lat_bucket=1 0 histogram"}),
            (lines{"{__name__=lat_sum} 0 0", "{__name__=lat_count} 0 0",
                   "{__name__=lat_bucket,le=+Inf} 0 0", "{__name__=lat_bucket,le=0.5} 1 0"}));
  EXPECT_EQ(document({"prometheus lat_sum=5.5,lat_count=4 0 histogram",
                      "prometheus,le=1e3 lat_bucket=3 0 histogram",
                      "prometheus,le=x lat_bucket=9 0 histogram"}),
            (lines{"{__name__=lat_sum} 5.5 0", "{__name__=lat_bucket,le=+Inf} 4 0",
                   "{__name__=lat_count} 4 0", "{__name__=lat_bucket,le=1000} 3 0"}));
  EXPECT_EQ(document({"m,le=1 v=1,v_count=-1,v_sum=t 0 histogram"}), lines{});
}

TEST(RemoteWrite, SummariesAreSumCountAndQuantiles) {
  EXPECT_EQ(document({"prometheus rpc_sum=9,rpc_count=5 0 summary",
                      "prometheus,quantile=0.90 rpc=2 0 summary", "prometheus rpc=2 0 summary"}),
            (lines{"{__name__=rpc_sum} 9 0", "{__name__=rpc_count} 5 0",
                   "{__name__=rpc,quantile=0.9} 2 0"}));
}

TEST(RemoteWrite, NativeHistogramsAreOne) {
  const std::string head =
      "h,a=b count=7,sum=3.5,schema=2i,counter_reset_hint=1u,zero_threshold=0.01,zero_count=1";
  EXPECT_EQ(
      document({head + ",positive_span_0_offset=-1i,positive_span_0_length=2u,positive_bucket_0=2,"
                       "positive_bucket_1=4 5000000 histogram"}),
      lines{"{__name__=h,a=b} histogram(2=7,3=3.5,4=2,5=0.01,7=1,11=-1:2,13=2+4,14=1) 5"});
  // One bucket more than the spans have: none, but by its name zero_count says something.
  EXPECT_EQ(document({head + ",positive_bucket_0=2 5000000 histogram"}),
            (lines{"{__name__=h_zero_bucket,a=b,le=+Inf} 1 5", "{__name__=h_zero_count,a=b} 1 5"}));
}

TEST(RemoteWrite, SeriesAreSorted) {
  EXPECT_EQ(document({"m,h=b v=1 0", "m,h=a v=2,w=3 0", "m,a=1,h=a v=4 0", "n b=t 0"},
                     "prometheus_sort_metrics = true"),
            (lines{"{__name__=n_b} 1 0", "{__name__=m_v,h=a} 2 0", "{__name__=m_v,h=b} 1 0",
                   "{__name__=m_w,h=a} 3 0", "{__name__=m_v,a=1,h=a} 4 0"}));
}

// Goal: without memory to keep anything each row is still right.
TEST(RemoteWrite, WorksWithoutMemory) {
  testing::plugin p(testing::descriptor<RemoteWriteSerializer>(), "",
                    [](testing::host& h) { h.budget_limit(0); });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        RequestReader::read(p.serialize_document({"m,a=b x=1,y=2 0", "m,a=c x=3 0"})),
        (lines{"{__name__=m_x,a=b} 1 0", "{__name__=m_y,a=b} 2 0", "{__name__=m_x,a=c} 3 0"}));
  }
}

}  // namespace
}  // namespace weir::remote_write
