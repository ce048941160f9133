#pragma once

// Columns for a terminal: as wide as what stands in them, texts to the left, numbers to the right.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir::app {

class Table {
 public:
  struct Column {
    const char* head;
    bool right;  // Of numbers.
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns.
  void row(std::vector<std::string> cells) { rows_.push_back({std::move(cells), {}}); }
  // A line of its own below the row, behind an indent.
  void note(std::string text) { rows_.back().note = std::move(text); }
  [[nodiscard]] std::string text() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string note;
  };
  [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                 const std::vector<std::size_t>& widths) const;
  const std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// "1,234,567".
std::string grouped(std::uint64_t number);
// "12.3", "1,234": records per second; empty for none.
std::string print_rate(double rate);

}  // namespace weir::app
