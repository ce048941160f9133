#include "core/config/range.hpp"

namespace weir::config {

std::string check_range(std::string_view range, double value,
                        double (*convert)(std::string_view literal)) {
  const std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) return {};
  const std::string_view low = range.substr(0, dots);
  const std::string_view high = range.substr(dots + 2);
  const bool fits =
      (low.empty() || value >= convert(low)) && (high.empty() || value <= convert(high));
  if (fits) return {};
  if (high.empty()) return "at least " + std::string(low);
  if (low.empty()) return "at most " + std::string(high);
  return "between " + std::string(low) + " and " + std::string(high);
}

}  // namespace weir::config
