#pragma once

// What both binary expositions have: labels, and points of a group.

#include <cmath>
#include <cstdint>
#include <string_view>

#include "plugins/common/exposition/collector.hpp"
#include "plugins/common/exposition/sample_text.hpp"
#include "plugins/common/protobuf/pbf.hpp"

namespace weir::exposition {

// The bytes of the field at hand.
inline std::string_view bytes_of(protozero::pbf_reader& from) {
  const protozero::data_view view = from.get_view();
  return {view.data(), view.size()};
}

// Name and value are 1 and 2 in both.
inline Label label_of(protozero::pbf_reader from) {
  Label l;
  while (from.next()) {
    switch (from.tag()) {
      case 1: l.name = bytes_of(from); break;
      case 2: l.value = bytes_of(from); break;
      default: from.skip();
    }
  }
  return l;
}

// A bound or quantile that is no number says nothing.
inline void put_point(Collector& to, std::uint32_t group, double at, double value) {
  if (std::isnan(at)) return;
  const std::uint32_t point = to.point_of(group, at);
  if (point != Collector::none) to.set_point(group, point, value);
}

// Quantile and value are 1 and 2 in both.
inline void put_quantile(protozero::pbf_reader from, std::uint32_t group, Collector& to) {
  double at = 0;
  double value = 0;
  while (from.next()) {
    switch (from.tag()) {
      case 1: at = from.get_double(); break;
      case 2: value = from.get_double(); break;
      default: from.skip();
    }
  }
  put_point(to, group, at, value);
}

}  // namespace weir::exposition
