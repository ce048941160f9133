#pragma once

// The series that are exposed: what arrived last for each, until it expires.
//
// version 1  A histogram or summary is one metric with fields sum, count and its bounds.
// version 2  It is several metrics: fields NAME_sum and NAME_count, and NAME_bucket or NAME with a tag le or
//            quantile.
//
// Threads  Every member may be called from any thread.
// Limits   A series is charged to the host's budget; where that refuses, new series are left out and counted.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include <weir/batch.hpp>

#include "plugins/common/prometheus/samples.hpp"

namespace weir::prometheus_client {

struct CollectionSettings {
  int version{1};
  bool export_timestamp{false};
  std::int64_t expiration_ns{0};  // 0 = never
  common::Rules rules;
  // Asks for bytes of memory (gives them back when negative); false = refused.
  std::function<bool(std::int64_t)> charge;
};

class Collection {
 public:
  explicit Collection(CollectionSettings settings) : settings_(std::move(settings)) {}
  ~Collection();
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  // Returns how many series were left out for lack of memory.
  std::uint64_t add(const row& r, std::int64_t now_ns);
  void expire(std::int64_t now_ns);
  // Families and series sorted by name and labels.
  std::vector<prometheus::MetricFamily> families() const;

 private:
  using Labels = std::map<std::string, std::string>;
  struct Series {
    prometheus::ClientMetric metric;
    std::int64_t arrived_ns{0}, time_ns{0};
  };
  struct Family {
    prometheus::MetricType type{prometheus::MetricType::Untyped};
    std::map<Labels, Series> series;
  };
  std::string clean(std::string_view name) const;
  [[nodiscard]] std::string scalar_name(const row& r, std::string_view key) const;
  Labels labels_of(const row& r) const;
  void expire_series(const std::string& name, Family& family, std::int64_t now_ns);
  void add_scalars(const row& r, std::int64_t now_ns);
  void add_whole(const row& r, std::int64_t now_ns);
  void add_part(const row& r, const field& f, std::int64_t now_ns);
  Series* series(const std::string& name, prometheus::MetricType type, const Labels& labels,
                 const row& r, std::int64_t now_ns);
  static std::int64_t bytes_of(const std::string& name, const Labels& labels);

  const CollectionSettings settings_;
  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;  // Guarded by mutex_.
  std::uint64_t refused_{0};                // Guarded by mutex_.
  std::int64_t charged_{0};                 // Guarded by mutex_.
};

}  // namespace weir::prometheus_client
