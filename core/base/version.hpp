#pragma once

// The version that the agent, its metrics and its user agent say.

namespace weir {

inline constexpr const char* version = "0.1.0";

}  // namespace weir
