#pragma once

// Runs the tests on a module and prints what came out.
//
// Errors  A test that breaks, crashes or does not end costs its own process; the others still run.

#include <cstdint>
#include <string>

namespace weir::check {

struct Call {
  std::string file;         // The module.
  std::string plugin;       // "cpu" or "inputs.cpu"; empty = all of the module.
  std::string config_file;  // TOML of the plugin's options; empty = defaults.
  std::string test;         // Empty = all.
  std::uint64_t seed{1};
  std::int64_t timeout_s{60};  // Of one test.
};

// The status for main: 0 nothing is broken, 1 something is, 2 the call makes no sense.
int run_checks(const Call& call);

}  // namespace weir::check
