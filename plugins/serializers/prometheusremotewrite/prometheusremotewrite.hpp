#pragma once

// serializers.prometheusremotewrite: requests of Prometheus' remote write, version 1.
//
// Known rows  What a field of a series is to Prometheus (which time series, which part of a histogram) is decided
//             once and kept as long as its series.

#include <cstdint>
#include <string>
#include <tuple>

#include <weir/weir.hpp>

#include "plugins/common/prometheus/samples.hpp"
#include "plugins/common/series/series_index.hpp"
#include "plugins/serializers/prometheusremotewrite/request.hpp"

namespace weir::remote_write {

class RemoteWriteSerializer {
 public:
  static constexpr info meta{"prometheusremotewrite", "1.0.0", "Prometheus remote write",
                             WEIR_ROWS_ALONE};

  bool sort_metrics{};
  bool string_as_label{};
  static constexpr auto options =
      std::tuple{opt{"prometheus_sort_metrics", &RemoteWriteSerializer::sort_metrics, "false",
                     "Series by number of labels, then by labels"},
                 opt{"prometheus_string_as_label", &RemoteWriteSerializer::string_as_label, "false",
                     "String fields become labels; else they are left out"}};

  host self;
  void init();
  void begin_batch(const batch& b);
  void serialize(const row& r, text& out);
  void serialize_document(const batch& rows, text& out);

 private:
  enum class What : std::uint8_t {
    nothing,
    value,            // series: its own
    sum,              // the same
    count,            // the same
    histogram_count,  // its own, the last bucket
    bucket,           // its own, the last bucket, sum, count
    no_bucket         // of an unknown bound: as bucket, without its own
  };
  // What a field is. The first of series is its own.
  struct Meaning {
    std::uint32_t key = 0;
    std::uint8_t kind = 0;
    What what = What::nothing;
    std::uint32_t series[4] = {};
  };
  // Of one row whose meaning has to be found.
  struct Subject {
    const row& r;
    Labels labels;
    std::optional<double> point;  // bound or quantile
  };

  void begin_request();
  void add(const row& r);
  bool add_native(const row& r);
  void add_known(const row& r, common::SeriesIndex::Cells& cells);
  void add_unknown(const row& r);
  const Meaning* meaning_at(common::SeriesIndex::Cells& cells, std::uint32_t& guess, const row& r,
                            const weir_field& f);
  bool grow(common::SeriesIndex::Cells& cells, std::uint32_t first);
  void put(const Meaning& m, const row& r, const value& v);
  void put_bucket(const Meaning& m, const row& r, const value& v);

  bool has_own_labels(const row& r) const;
  Subject subject(const row& r) const;
  Meaning meaning(const Subject& of, std::string_view key);
  void set_histogram_meaning(const Subject& of, std::string_view key, const std::string& name,
                             Meaning& m);
  void set_summary_meaning(const Subject& of, std::string_view key, const std::string& name,
                           Meaning& m);
  std::uint32_t series(const Subject& of, const std::string& name);
  std::uint32_t series(const Subject& of, const std::string& name, std::string_view label,
                       double point);

  common::Rules rules_;
  common::SeriesIndex index_;
  Request request_;
  bool refused_ = false;  // a series found no room
  const weir_batch* batch_ = nullptr;
  std::string histogram_;
};

}  // namespace weir::remote_write
