#pragma once

// Blocks for tests whose rows say which ones they are.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <weir/builder.hpp>

#include "core/queue/parcel.hpp"

namespace weir::queue {

// Rows first, first + 1, ... as the field "n", each with so many bytes of text beside it.
inline Parcel numbered_rows(Budget& budget, std::uint64_t first, std::uint32_t n,
                            std::uint32_t text_bytes = 0) {
  builder b;
  const std::uint32_t name = b.strings().intern("m");
  const std::uint32_t number = b.strings().intern("n");
  const std::uint32_t text = b.strings().intern("t");
  const std::string bytes(text_bytes, 'x');
  for (std::uint64_t r = first; r < first + n; ++r) {
    b.add_row(name, 0, 0, 2, static_cast<std::int64_t>(r));
    weir_field* const f = b.fields(2);
    f[0] = {number, WEIR_U64, 0, 0, {}};
    f[0].v.u = r;
    f[1] = {text, WEIR_STRING, 0, 0, {}};
    f[1].v.str = b.strings().store(bytes);
  }
  BlockRef block = BlockRef::make(budget, b.bytes(), Budget::Use::stage);
  b.seal(block->data());
  return Parcel::whole(std::move(block));
}

// The numbers of a parcel's rows.
inline std::vector<std::uint64_t> numbers_of(const Parcel& rows) {
  std::vector<std::uint64_t> numbers;
  if (!rows.block) return numbers;
  const block view(rows.block.batch());
  for (std::uint32_t i = rows.row0; i < rows.row0 + rows.n_rows; ++i) {
    numbers.push_back(view.fields()[view.rows()[i].field0].v.u);
  }
  return numbers;
}

inline std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t end) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = first; n < end; ++n) all.push_back(n);
  return all;
}

}  // namespace weir::queue
