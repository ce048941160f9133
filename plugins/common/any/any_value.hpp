#pragma once

// Option values of any type as what metrics hold.
//
// Threads    Free functions.

#include <string>

#include <weir/editor.hpp>
#include <weir/options.hpp>

namespace weir::common {

// Go's %v: 1.5, 1e+06, true.
std::string text_of(const any& value);

// A field with the value's type: an integer, a float, a boolean or a text, which is stored in the batch.
weir_field field_of(editor& rows, const any& value);

}  // namespace weir::common
