#pragma once

// Messages on their way to the parser, many in one batch.
//
// Threads  One thread at a time.
// Limits   The caller sends when full() says so: at rows_max messages or about bytes_max bytes.

#include <cstdint>
#include <string_view>

#include <weir/sink.hpp>

namespace weir::socket_listener {

class RecordBatch {
 public:
  static constexpr std::uint32_t rows_max = 1024;
  static constexpr std::uint64_t bytes_max = std::uint64_t{256} << 10;

  explicit RecordBatch(host home) : home_(home) {}

  void add(std::string_view message, std::uint32_t session);
  bool empty() { return rows_.empty(); }
  bool full() const { return n_ >= rows_max || bytes_ >= bytes_max; }
  // OK: they are gone, or there were none. WOULD_BLOCK: they stay.
  weir_status send(std::uint32_t lane);
  void drop();
  // They are given up, and said to be lost: the agent stops.
  void abandon();

 private:
  host home_;
  builder rows_;
  std::uint32_t n_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace weir::socket_listener
