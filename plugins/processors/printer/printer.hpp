#pragma once

// Prints every metric that passes, as line protocol on standard output.

#include <cstdint>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/influx_lines/line_writer.hpp"

namespace weir::printer {

// Memory for the lines of a batch, kept for the next one up to kept_bytes_max.
class Lines : public buffer_source {
 public:
  static constexpr std::size_t kept_bytes_max = std::size_t{1} << 20U;

  weir_buf& buffer() { return buffer_; }
  weir_buf get(std::uint64_t bytes) override;
  void put(weir_buf& buf) noexcept override;
  void trim();

 private:
  struct Piece {
    std::vector<std::uint64_t> memory;  // of words, for their alignment
  };
  std::vector<Piece> pieces_;
  weir_buf buffer_{};
};

class Printer : public influx_lines::LineOptions {
 public:
  static constexpr info meta{"printer", "1.0.0", "Print metrics to standard output",
                             WEIR_MAY_BLOCK};
  host self;

  // Keeps all of them.
  void keep(const batch& rows, kept_rows& kept);

 private:
  void put(const row& r, text& out);

  influx_lines::LineWriter writer_{*this};
  Lines lines_;
};

}  // namespace weir::printer
