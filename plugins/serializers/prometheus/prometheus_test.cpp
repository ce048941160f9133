#include "plugins/serializers/prometheus/prometheus.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::prometheus_text {
namespace {

using testing::lines;

// Without HELP lines, to be short.
std::string document(const lines& rows,
                     const std::string& toml = "prometheus_sort_metrics = true") {
  testing::plugin p(testing::descriptor<PrometheusSerializer>(),
                    "prometheus_compact_encoding = true\n" + toml);
  return p.serialize_document(rows);
}

TEST(PrometheusSerializer, EachNumberFieldIsAMetric) {
  EXPECT_EQ(
      document(
          {R"(m,t=x a=1,b=-2i,c=3u,d=t,e="str",f=0.1,g=1e21,h=1e-7,i=100000000,j=123456789.123,k=0,l=-0 1)"}),
      "# TYPE m_a untyped\nm_a{t=\"x\"} 1\n# TYPE m_b untyped\nm_b{t=\"x\"} -2\n"
      "# TYPE m_c untyped\nm_c{t=\"x\"} 3\n# TYPE m_d untyped\nm_d{t=\"x\"} 1\n"
      "# TYPE m_f untyped\nm_f{t=\"x\"} 0.1\n# TYPE m_g untyped\nm_g{t=\"x\"} 1e+21\n"
      "# TYPE m_h untyped\nm_h{t=\"x\"} 1e-07\n# TYPE m_i untyped\nm_i{t=\"x\"} 1e+08\n"
      "# TYPE m_j untyped\nm_j{t=\"x\"} 1.23456789123e+08\n# TYPE m_k untyped\nm_k{t=\"x\"} 0\n"
      "# TYPE m_l untyped\nm_l{t=\"x\"} 0\n");
  EXPECT_EQ(document({"prometheus b=inf 1", "prometheus c=-inf 1"}),
            "# TYPE b untyped\nb +Inf\n# TYPE c untyped\nc -Inf\n");
}

TEST(PrometheusSerializer, RowsStandAloneWithHelp) {
  testing::plugin p(testing::descriptor<PrometheusSerializer>());
  EXPECT_EQ(
      p.serialize({"cpu,cpu=cpu-total,host=a usage_idle=98.5 1", "cpu s=\"only text\" 1"}),
      (lines{"# HELP cpu_usage_idle Telegraf collected metric\n# TYPE cpu_usage_idle untyped\n"
             "cpu_usage_idle{cpu=\"cpu-total\",host=\"a\"} 98.5\n",
             ""}));
}

TEST(PrometheusSerializer, NamesAreCleaned) {
  EXPECT_EQ(
      document({"a-b.c/d:e,t-a.g=v 0f=1,x\\ y=2,é=3 1", "1st v=1 1"}),
      "# TYPE a_b_c_d:e untyped\na_b_c_d:e{t_a_g=\"v\"} 3\n# TYPE a_b_c_d:e_0f untyped\n"
      "a_b_c_d:e_0f{t_a_g=\"v\"} 1\n# TYPE a_b_c_d:e_x_y untyped\na_b_c_d:e_x_y{t_a_g=\"v\"} 2\n"
      "# TYPE st_v untyped\nst_v 1\n");
  EXPECT_EQ(
      document({"é,é=v ü=3 1", "m,a=1 v=1 1"}, "prometheus_name_sanitization = 'utf8'"),
      "# TYPE \"é_ü\" untyped\n{\"é_ü\",\"é\"=\"v\"} 3\n# TYPE m_v untyped\nm_v{a=\"1\"} 1\n");
}

TEST(PrometheusSerializer, LabelValuesAreEscaped) {
  EXPECT_EQ(document({R"(m,e=,f=a\\b"c\nd a=1 1)"}),
            "# TYPE m_a untyped\nm_a{e=\"\",f=\"a\\\\b\\\"c\\nd\"} 1\n");
}

TEST(PrometheusSerializer, StringsAsLabels) {
  EXPECT_EQ(document({R"(m,h=b,z=1 used=5u,s="x y",h="no",-="gone" 1)"},
                     "prometheus_string_as_label = true"),
            "# TYPE m_used untyped\nm_used{h=\"b\",s=\"x y\",z=\"1\"} 5\n");
}

TEST(PrometheusSerializer, TimestampsAreMilliseconds) {
  EXPECT_EQ(document({"m a=1 1700000001123456789"}, "prometheus_export_timestamp = true"),
            "# TYPE m_a untyped\nm_a 1 1700000001123\n");
}

TEST(PrometheusSerializer, TypesComeFromTheMetricOrTheConfiguration) {
  EXPECT_EQ(document({"m,x=1 a=1 1 counter", "m,x=2 a=2 1 gauge", "m,x=3 a=3 1"}),
            "# TYPE m_a counter\nm_a{x=\"1\"} 1\n# TYPE m_a gauge\nm_a{x=\"2\"} 2\n# TYPE m_a "
            "untyped\nm_a{x=\"3\"} 3\n");
  EXPECT_EQ(document({"m a_total=1,b=2,c=3 1"},
                     "prometheus_sort_metrics = true\n[prometheus_metric_types]\ncounter = "
                     "['*_total']\ngauge = ['m_b']"),
            "# TYPE m_a_total counter\nm_a_total 1\n# TYPE m_b gauge\nm_b 2\n# TYPE m_c "
            "untyped\nm_c 3\n");
}

TEST(PrometheusSerializer, HistogramsAndSummariesAreComposed) {
  const lines rows = {"prometheus,le=0.1 lat_bucket=1 1 histogram",
                      "prometheus,le=1 lat_bucket=3 1 histogram",
                      "prometheus,le=+Inf lat_bucket=4 1 histogram",
                      "prometheus lat_sum=5.5,lat_count=4 1 histogram",
                      "prometheus,quantile=0.5 rpc=1 1 summary",
                      "prometheus,quantile=0.9 rpc=2 1 summary",
                      "prometheus rpc_sum=9,rpc_count=5 1 summary",
                      "prometheus,le=x lat_bucket=4 1 histogram",
                      "prometheus lat_count=-1 1 histogram"};
  EXPECT_EQ(document(rows),
            "# TYPE lat histogram\nlat_bucket{le=\"0.1\"} 1\nlat_bucket{le=\"1\"} "
            "3\nlat_bucket{le=\"+Inf\"} 4\n"
            "lat_sum 5.5\nlat_count 4\n"
            "# TYPE rpc summary\nrpc{quantile=\"0.5\"} 1\nrpc{quantile=\"0.9\"} 2\nrpc_sum "
            "9\nrpc_count 5\n");
  EXPECT_EQ(document({"m,a=b lat_count=7,lat_sum=1 1 histogram"}),
            "# TYPE m_lat histogram\nm_lat_bucket{a=\"b\",le=\"+Inf\"} 7\nm_lat_sum{a=\"b\"} "
            "1\nm_lat_count{a=\"b\"} 7\n");
}

TEST(PrometheusSerializer, OfASampleThatComesTwiceTheLaterCounts) {
  EXPECT_EQ(document({"m,t=a v=1 5", "m,t=a v=2 7", "m,t=a v=3 6", "m,t=b v=4 1"}),
            "# TYPE m_v untyped\nm_v{t=\"a\"} 2\nm_v{t=\"b\"} 4\n");
}

TEST(PrometheusSerializer, Order) {
  const lines rows = {"z,b=1 v=1 1", "a v=1 1", "z,a=2 v=1 1", "z v=1 1"};
  EXPECT_EQ(
      document(rows),
      "# TYPE a_v untyped\na_v 1\n# TYPE z_v untyped\nz_v 1\nz_v{a=\"2\"} 1\nz_v{b=\"1\"} 1\n");
  EXPECT_EQ(
      document(rows, ""),
      "# TYPE z_v untyped\nz_v{b=\"1\"} 1\nz_v{a=\"2\"} 1\nz_v 1\n# TYPE a_v untyped\na_v 1\n");
}

}  // namespace
}  // namespace weir::prometheus_text
