#include "core/base/nearest.hpp"

#include <algorithm>
#include <array>

namespace weir {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  constexpr std::size_t letters_max = 64;
  if (from.size() > letters_max || to.size() > letters_max) return std::max(from.size(), to.size());
  // Three rows of the table: of the letter before last, of the last letter, of this one.
  std::array<std::array<std::size_t, letters_max + 1>, 3> rows{};
  for (std::size_t j = 0; j <= to.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& before = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return rows[from.size() % 3][to.size()];
}

std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names) {
  const std::size_t far = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  std::string best;
  std::size_t best_distance = far;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(wrong, name);
    if (distance >= best_distance || distance == 0) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

}  // namespace weir
