#pragma once

// The output of --test: each metric on a line of its own on standard output, behind "> ".

#include <weir/abi.h>

namespace weir::app {

inline constexpr const char* test_output_name = "--test";
const weir_plugin& test_output();

}  // namespace weir::app
