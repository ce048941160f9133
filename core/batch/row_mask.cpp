#include "core/batch/row_mask.hpp"

#include <algorithm>

namespace weir {

std::uint32_t count_selected(const std::uint64_t* mask, std::uint32_t row0, std::uint32_t n) {
  if (mask == nullptr) return n;
  std::uint32_t count = 0;
  for_each_word(mask, row0, n, [&count](std::size_t, std::uint64_t bits) {
    count += static_cast<std::uint32_t>(std::popcount(bits));
  });
  return count;
}

RowMask::RowMask(const std::uint64_t* mask, std::uint32_t rows) {
  reset(rows, true);
  intersect(mask);
}

void RowMask::reset(std::uint32_t rows, bool all) {
  rows_ = rows;
  words_.assign(words(rows), all ? ~std::uint64_t{0} : 0);
  trim();
}

void RowMask::grow(std::uint32_t rows) {
  const std::uint32_t before = rows_;
  rows_ = rows;
  words_.resize(words(rows), 0);
  for_each_word(nullptr, before, rows - before,
                [this](std::size_t w, std::uint64_t bits) { words_[w] |= bits; });
}

void RowMask::clear(std::uint32_t row0, std::uint32_t n) {
  for_each_word(nullptr, row0, n,
                [this](std::size_t w, std::uint64_t bits) { words_[w] &= ~bits; });
}

bool RowMask::none() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t w) { return w == 0; });
}

void RowMask::intersect(const std::uint64_t* other) {
  if (other == nullptr) return;
  for (std::size_t w = 0; w < words_.size(); ++w) words_[w] &= other[w];
}

void RowMask::unite(const std::uint64_t* other) {
  if (other == nullptr) return reset(rows_, true);
  for (std::size_t w = 0; w < words_.size(); ++w) words_[w] |= other[w];
  trim();
}

void RowMask::subtract(const std::uint64_t* other) {
  if (other == nullptr) return reset(rows_, false);
  for (std::size_t w = 0; w < words_.size(); ++w) words_[w] &= ~other[w];
}

void RowMask::apply_keep(const std::uint64_t* keep, const std::uint64_t* mask, std::uint32_t row0,
                         std::uint32_t n) {
  const std::uint32_t shift = row0 & 63;
  const std::size_t keep_words = words(n);
  for_each_word(mask, row0, n, [&](std::size_t w, std::uint64_t offered) {
    const std::size_t k = w - row0 / 64;
    std::uint64_t kept = k < keep_words ? keep[k] << shift : 0;
    if (shift != 0 && k > 0) kept |= keep[k - 1] >> (64 - shift);
    words_[w] &= ~offered | kept;
  });
}

void RowMask::trim() {
  if (!words_.empty()) words_.back() &= range_bits(0, rows_, words_.size() - 1);
}

}  // namespace weir
