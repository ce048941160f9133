#include "core/app/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace weir::app {

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t space = widths[i] - cells[i].size();
    if (i != 0) text.append(2, ' ');
    if (columns_[i].right) text.append(space, ' ');
    text.append(cells[i]);
    if (!columns_[i].right) text.append(space, ' ');
  }
  text.resize(text.find_last_not_of(' ') + 1);
  text.append("\n");
  return text;
}

std::string Table::text() const {
  std::vector<std::string> heads;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    heads.emplace_back(column.head);
    widths.push_back(heads.back().size());
  }
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      widths[i] = std::max(widths[i], row.cells[i].size());
    }
  }
  std::string all = line(heads, widths);
  for (const Row& row : rows_) {
    all += line(row.cells, widths);
    if (!row.note.empty()) all.append(4, ' ').append(row.note).append("\n");
  }
  return all;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string print_rate(double rate) {
  if (rate <= 0) return {};
  if (rate >= 100) return grouped(static_cast<std::uint64_t>(std::llround(rate)));
  std::array<char, 16> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.1f", rate);
  return {text.data(), static_cast<std::size_t>(n)};
}

}  // namespace weir::app
