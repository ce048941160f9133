#pragma once

// A processor that treats each row by itself has to give a row the same answer however the host offers it: alone,
// among others, with and without slack, with some rows selected by a mask or a range.
//
// Errors  violation, with the two answers, where they differ.

#include <random>

#include <weir/testing/plugin.hpp>

namespace weir {
namespace testing {

namespace detail {

class rowwise_check {
 public:
  rowwise_check(const weir_plugin& d, std::string_view toml, const lines& rows)
      : plugin_(d, toml), rows_(print(batch(make_batch(rows, 0).head()))) {
    for (const std::string& r : rows_) alone_.push_back(plugin_.process({r}));
  }
  lines run() {
    lines whole = expected("");
    compare(whole, plugin_.process(rows_), "the whole batch");
    plugin_.slack(false);
    compare(whole, plugin_.process(rows_), "without slack");
    plugin_.slack(true);
    std::mt19937 chance(1);
    for (int i = 0; i < rounds; ++i) try_selection(chance);
    try_ranges();
    return whole;
  }

 private:
  static constexpr int rounds = 20;

  // What the selected rows give, and the others as they are.
  lines expected(const std::string& mask) const {
    lines out;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if (mask.empty() || mask[r] == '1') {
        out.insert(out.end(), alone_[r].begin(), alone_[r].end());
      } else {
        out.push_back(rows_[r]);
      }
    }
    return out;
  }
  void try_selection(std::mt19937& chance) {
    std::string mask;
    for (std::size_t r = 0; r < rows_.size(); ++r) mask += chance() % 2 == 0 ? '0' : '1';
    compare(expected(mask), plugin_.process(rows_, {mask}), "selected by the mask " + mask);
  }
  void try_ranges() {
    const auto n = static_cast<std::uint32_t>(rows_.size());
    for (std::uint32_t from = 0; from < n; ++from) {
      std::string mask(n, '0');
      for (std::uint32_t r = from; r < n; ++r) {
        mask[r] = '1';
        const std::string what = "rows " + std::to_string(from) + " to " + std::to_string(r);
        compare(expected(mask), plugin_.process(rows_, {"", from, r + 1 - from}), what);
      }
    }
  }
  void compare(const lines& want, const lines& got, const std::string& what) const {
    if (want == got) return;
    std::string text = what + " gives";
    for (const std::string& l : got) text += "\n  " + l;
    text += "\nbut row by row it is";
    for (const std::string& l : want) text += "\n  " + l;
    throw violation(text);
  }

  plugin plugin_;
  lines rows_;  // as they are printed
  std::vector<lines> alone_;
};

}  // namespace detail

// The answer to the rows, after it was found to be the same in all these ways.
inline lines process_rowwise(const weir_plugin& d, std::string_view toml, const lines& rows) {
  return detail::rowwise_check(d, toml, rows).run();
}

}  // namespace testing
}  // namespace weir
