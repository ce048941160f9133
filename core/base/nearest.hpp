#pragma once

// "Did you mean": the known name that a misspelt one was probably meant to be.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// How many letters have to be inserted, removed, changed or swapped with their neighbour to get
// from one text to the other; a text longer than 64 bytes counts as far as its length.
std::size_t edit_distance(std::string_view from, std::string_view to);

// The nearest of the names, or empty when none is near enough to be worth saying: at most a third
// of the letters, at least one.
std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace weir
