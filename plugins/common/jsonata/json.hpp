#pragma once

// JSON as text and as values.
//
// Errors     read_json() says false where the text is no JSON; the writers throw Error where the
//            text grows too large.
// Limits     read_levels_max arrays and objects in each other.

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/common/jsonata/values.hpp"

namespace weir::jsonata {

constexpr int read_levels_max = 512;

enum class Whole : std::uint8_t { exact, as_double };  // numbers without fraction and exponent

// Strict: the whole text is one value, between blanks. Of equal keys the last counts.
bool read_json(Budget& budget, std::string_view text, Whole whole, Value& out);

// Appends v as Go writes it: without blanks, keys sorted, functions as "".
void write_json(const Budget& budget, const Value& v, std::string& out);

// As a string: a string itself, other values as JSON, undefined and functions as nothing.
std::string as_text(const Budget& budget, const Value& v);

}  // namespace weir::jsonata
