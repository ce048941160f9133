#pragma once

// protozero, with its assertions as exceptions: what they assert, such as the type of a field on the
// wire, is said by bytes from outside. Include it here and nowhere else, or its inline functions have
// two definitions.
//
// Errors     Readers throw protozero::exception and its kind; misuse of a writer is a bug.

#include <stdexcept>

namespace weir::common::detail {
inline void demand_protobuf(bool holds) {
  if (!holds) throw std::runtime_error("a field is of another type");
}
}  // namespace weir::common::detail

#define protozero_assert(holds) ::weir::common::detail::demand_protobuf(holds)

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>
