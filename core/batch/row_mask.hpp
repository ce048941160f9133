#pragma once

// Row masks: one bit for each row of a block, as in weir_delivery.mask (bit r is row r; no mask = all rows).
//
// The free functions work on plain words, the class owns them.
//
// Threads  Reading is free for any number of threads, writing is for one alone.
// Errors   None; row numbers beyond the mask are the caller's mistake.

#include <bit>
#include <cstdint>
#include <vector>

#include <weir/batch.hpp>

namespace weir {

// The bits [row0, row0 + n) that fall into word w.
constexpr std::uint64_t range_bits(std::uint32_t row0, std::uint32_t n, std::size_t w) {
  const std::uint64_t begin = w * 64;
  const std::uint64_t end = std::uint64_t{row0} + n;
  if (end <= begin || row0 >= begin + 64) return 0;
  const std::uint64_t from = row0 > begin ? row0 - begin : 0;
  const std::uint64_t to = end - begin < 64 ? end - begin : 64;
  const std::uint64_t below_end = to == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << to) - 1;
  return below_end & (~std::uint64_t{0} << from);
}

// f(word number, bits) for each word that the rows [row0, row0 + n) touch; bits outside them are 0.
template <typename F>
void for_each_word(const std::uint64_t* mask, std::uint32_t row0, std::uint32_t n, F&& f) {
  if (n == 0) return;
  const std::size_t last = (std::size_t{row0} + n - 1) / 64;
  for (std::size_t w = row0 / 64; w <= last; ++w) {
    f(w, range_bits(row0, n, w) & (mask == nullptr ? ~std::uint64_t{0} : mask[w]));
  }
}

// f(row) for each selected row of the range, ascending.
template <typename F>
void for_each_selected(const std::uint64_t* mask, std::uint32_t row0, std::uint32_t n, F&& f) {
  for_each_word(mask, row0, n, [&f](std::size_t w, std::uint64_t bits) {
    for (; bits != 0; bits &= bits - 1) {
      f(static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(bits))));
    }
  });
}

[[nodiscard]] std::uint32_t count_selected(const std::uint64_t* mask, std::uint32_t row0,
                                           std::uint32_t n);

class RowMask {
 public:
  RowMask() = default;
  explicit RowMask(std::uint32_t rows, bool all = true) { reset(rows, all); }
  RowMask(const std::uint64_t* mask, std::uint32_t rows);  // mask nullptr = all

  void reset(std::uint32_t rows, bool all);
  // Rows that were appended to the block; they are selected.
  void grow(std::uint32_t rows);

  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  [[nodiscard]] const std::uint64_t* data() const { return words_.data(); }
  [[nodiscard]] std::uint64_t* data() { return words_.data(); }
  [[nodiscard]] bool test(std::uint32_t row) const { return bit(words_.data(), row); }
  void set(std::uint32_t row) { set_bit(words_.data(), row); }
  void clear(std::uint32_t row) { clear_bit(words_.data(), row); }
  void clear(std::uint32_t row0, std::uint32_t n);

  [[nodiscard]] std::uint32_t count() const { return count_selected(words_.data(), 0, rows_); }
  [[nodiscard]] bool none() const;
  [[nodiscard]] bool all() const { return count() == rows_; }

  void intersect(const std::uint64_t* other);  // nullptr = all
  void unite(const std::uint64_t* other);
  void subtract(const std::uint64_t* other);
  // A processor's verdict: of the rows that were offered (in mask, in the range) those whose bit row - row0 is 0
  // in keep leave this mask.
  void apply_keep(const std::uint64_t* keep, const std::uint64_t* mask, std::uint32_t row0,
                  std::uint32_t n);

 private:
  void trim();  // bits behind the last row stay 0

  std::vector<std::uint64_t> words_;
  std::uint32_t rows_{0};
};

}  // namespace weir
