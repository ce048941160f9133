#pragma once

// The samples of a batch by family, as Prometheus groups them.
//
// Order      Families and samples stay in the order in which they came, or are sorted.
// Twice      Of one sample that comes twice the later one counts, by its time.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <weir/batch.hpp>

#include "plugins/common/prometheus/samples.hpp"

namespace weir::prometheus_text {

using common::Labels;

// A bucket's bound and count, or a quantile and its value.
struct Point {
  double at = 0;
  double value = 0;
};

struct Sample {
  Labels labels;
  std::int64_t time_ns = 0;
  double value = 0;           // of what is neither histogram nor summary
  std::vector<Point> points;  // of a histogram or summary
  double sum = 0;
  double count = 0;
};

struct Family {
  std::string name;
  std::uint8_t kind = WEIR_UNTYPED;
  std::vector<Sample> samples;
  std::unordered_map<std::string, std::size_t> index;  // by labels
};

class Collection {
 public:
  explicit Collection(const common::Rules& rules) : rules_(rules) {}
  void add(const row& r);
  // By name and type, samples by their labels.
  void sort();
  void clear();
  const std::vector<Family>& families() const { return families_; }

 private:
  Family& family(const std::string& name, std::uint8_t kind);
  void add_field(const row& r, const field& f, const Labels& labels, const std::string& key);

  const common::Rules& rules_;
  std::vector<Family> families_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace weir::prometheus_text
