#pragma once

// In which format an endpoint answers.
//
// Threads    Functions without state.

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::prometheus_input {

enum class Content : std::uint8_t { text, openmetrics_text, protobuf, openmetrics_protobuf };

// By the header Content-Type; text where it says something else. Nothing where it is a format that cannot be read.
std::optional<Content> content_of(std::string_view content_type);
// By the option content_type_override. Nothing where it is none of them.
std::optional<Content> content_named(std::string_view option);

}  // namespace weir::prometheus_input
