#include "plugins/aggregators/histogram/buckets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/common/text/print_number.hpp"

namespace weir::histogram {

Buckets::Buckets(std::vector<double> borders) : borders_(std::move(borders)) {
  std::sort(borders_.begin(), borders_.end());
  std::array<char, common::fixed_bytes> digits{};
  for (const double border : borders_) {
    texts_.emplace_back(digits.data(), common::print_fixed(digits.data(), border));
  }
  texts_.emplace_back("+Inf");
}

// A NaN is below no border, and falls into the last bucket.
std::uint32_t Buckets::of(double v) const {
  const auto at = std::partition_point(borders_.begin(), borders_.end(),
                                       [v](double border) { return !(border >= v); });
  return static_cast<std::uint32_t>(at - borders_.begin());
}

}  // namespace weir::histogram
