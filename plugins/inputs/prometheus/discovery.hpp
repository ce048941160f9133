#pragma once

// Endpoints that something else knows: a service that lists them over HTTP, and names with several addresses.
//
// Format     https://prometheus.io/docs/prometheus/latest/http_sd/
// Threads    Functions without state; resolve() waits for the name service.

#include <string>
#include <string_view>
#include <vector>

#include "plugins/inputs/prometheus/target.hpp"

namespace weir::prometheus_input {

// What an answer of the service lists. Throws weir::retry where it is none; bad: targets that are no URLs.
std::vector<Wanted> read_discovered(std::string_view json, std::vector<std::string>& bad);

// The endpoint on each address of its host, which becomes the tag address; empty where the name is unknown.
std::vector<Wanted> resolve(const std::string& url);

}  // namespace weir::prometheus_input
