#pragma once

// A text to read: an exposition, or a part of one.

#include <cstdint>
#include <string_view>

#include <weir/delivery.hpp>

namespace weir::exposition {

struct Text {
  std::string_view bytes;
  std::int64_t now_ns = 0;     // time of samples without one
  std::uint64_t delivery = 0;  // it came with, for reports
  bool whole = true;           // a document; else its last line may end without a line feed
};

inline Text text_of(const message& m) {
  return {m.text, m.from.time_ns(), m.delivery, m.from.kind() == WEIR_RAW_DOCUMENT};
}

}  // namespace weir::exposition
