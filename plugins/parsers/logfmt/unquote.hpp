#pragma once

// The text of a quoted value of logfmt.
//
// Format     JSON's escapes and \'; a lone surrogate and bytes that are no UTF-8 become U+FFFD, as in Go.

#include <string>
#include <string_view>

namespace weir::logfmt {

// quoted: what stands between the quotes. False: it is no such text.
bool unquote(std::string_view quoted, std::string& to);

}  // namespace weir::logfmt
