#pragma once

// Names of metrics and labels as Prometheus' text format takes them.
//
// Source  https://prometheus.io/docs/concepts/data_model/ and Telegraf's rules for what does not fit: every other
//         character becomes '_', underscores at both ends are cut off, and what is then empty is left out.

#include <string>
#include <string_view>

namespace weir::prometheus_client {

enum class Sanitize : std::uint8_t { legacy, utf8 };

// Empty: there is no such name.
std::string metric_name(std::string_view text, Sanitize how);
std::string label_name(std::string_view text, Sanitize how);

}  // namespace weir::prometheus_client
