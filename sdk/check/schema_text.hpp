#pragma once

// Configurations made from the options that a plugin declares, as TOML text.
//
// Threads  Pure functions but for the state of Random.

#include <string>

#include <weir/abi.h>

#include "sdk/check/random.hpp"

namespace weir::check {

// The required options with simple values, nothing else.
std::string plain_config(const weir_plugin& plugin);

// Some of the options with values of their types, within their ranges: common, extreme and odd
// ones.
std::string random_config(const weir_plugin& plugin, Random& random);

// What testing::config says of an option's default; for check_plugin.
std::string check_default(const weir_opt& option);

}  // namespace weir::check
