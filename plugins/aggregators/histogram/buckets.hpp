#pragma once

// The borders of a histogram, with their texts.
//
// Threads    Immutable once made.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::histogram {

class Buckets {
 public:
  // Right borders; the bucket behind the last one has none.
  explicit Buckets(std::vector<double> borders);

  std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }
  // The bucket that v falls into: of the first border that is not below it.
  std::uint32_t of(double v) const;
  std::string_view right(std::uint32_t i) const { return texts_[i]; }
  std::string_view left(std::uint32_t i) const {
    return i == 0 ? std::string_view("-Inf") : right(i - 1);
  }

 private:
  std::vector<double> borders_;
  std::vector<std::string> texts_;  // of the right borders, "+Inf" at the end
};

}  // namespace weir::histogram
