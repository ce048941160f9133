#pragma once

// Counts how the values of fields spread over buckets.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/aggregators/histogram/collections.hpp"

namespace weir::histogram {

// Which fields of which metrics, and their buckets.
struct Config {
  std::vector<double> buckets;
  std::string measurement_name;
  std::vector<std::string> fields;
  static constexpr auto options = std::tuple{
      opt{"buckets", &Config::buckets, "[]", "Right borders of the buckets"},
      opt{"measurement_name", &Config::measurement_name, "\"\"", "Name of the metrics"},
      opt{"fields", &Config::fields, "[]", "Fields that are counted; all if not written"}};
};

struct Histogram {
  static constexpr info meta{"histogram", "1.0.0", "Count how values spread over buckets"};
  static constexpr const weir_metric_decl* const metrics[] = {&common::values_refused_decl,
                                                              nullptr};

  bool reset_buckets{};
  bool cumulative{};
  duration expiration_interval;
  bool push_only_on_update{};
  std::vector<Config> configs;
  static constexpr auto options = std::tuple{
      opt{"reset", &Histogram::reset_buckets, "false", "Each period counts anew"},
      opt{"cumulative", &Histogram::cumulative, "true",
          "A bucket counts what is below its border, too; else it has a left border, tag gt"},
      opt{"expiration_interval", &Histogram::expiration_interval, "\"0s\"",
          "Forget a series for which nothing came for so long; 0 = never"},
      opt{"push_only_on_update", &Histogram::push_only_on_update, "false",
          "Report only series for which something came in the period"},
      opt{"config", &Histogram::configs, "[]", "Which fields of which metrics, and their buckets"}};
  host self;

  void init();
  void add(const batch& rows);
  void push(sink& out);
  void reset();

 private:
  common::SeriesIndex& index() { return indexes_[current_]; }
  bool wants(std::string_view name) const;
  const Buckets* buckets_of(std::string_view name, std::string_view field) const;
  void add_row(const block& home, const weir_row& row);
  Field* field_of(Collection& in, std::uint32_t guess, std::uint32_t key, std::string_view name);
  void forget_expired();
  void push_series(std::uint32_t series, const Collection& of, sink& out);
  void push_bucket(std::uint32_t series, const Collection& of, const Field& from, std::uint32_t i,
                   sink& out);
  bool was_pushed(const Collection& of, const Field& before, std::string_view left,
                  std::string_view right) const;
  std::uint32_t place_of(const Field& f, std::string_view left, std::string_view right) const;
  std::int64_t count_of(const Field& f, std::uint32_t i) const;

  std::vector<Buckets> buckets_;                // of each config
  std::array<common::SeriesIndex, 2> indexes_;  // what lives on moves to the other one
  std::size_t current_ = 0;
  std::int64_t now_ns_ = 0;
  std::uint64_t refused_ = 0;
  std::string key_;
};

}  // namespace weir::histogram
