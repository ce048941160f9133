#pragma once

// UTF-8: weir::next_code_point of the SDK, and texts that are cut.

#include <string_view>

#include <weir/utf8.hpp>

namespace weir {

// The longest start of the text of at most bytes_max bytes that does not end inside a character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

}  // namespace weir
