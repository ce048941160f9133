#pragma once

// What the machine lets this process have: cores, open files, core dumps.
//
// Units    A quota is in cores: 1.5 is one core and a half.
// Sources  cgroups(7): cpu.max of version 2; cpu.cfs_quota_us and cpu.cfs_period_us of version 1. The smallest
//          of the process's own group and those above it holds.

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/settings.hpp"

namespace weir::runtime {

// The cores this process may run on.
std::vector<int> usable_cores();

// What the control group lets the process use of them; 0 = no quota. root: where /proc and /sys are.
double cpu_quota(const std::string& root = "");

// How many threads run lanes: what the configuration says, else the cores, within the quota, rounded up.
std::int64_t worker_threads(std::int64_t configured, std::int64_t cores, double quota);
std::int64_t worker_threads(std::int64_t configured);

// Raises the limit of open files as far as it goes without rights; returns it.
std::int64_t raise_file_limit();

// How many files the configuration may ask for: what every plugin takes, and one for each connection that an
// option max_connections or max_tcp_connections allows.
std::int64_t files_wanted(const config::Settings& settings);

// Empty, or why the limit is too low for the configuration and what to do.
std::string file_shortage(std::int64_t wanted, std::int64_t limit);

// No core dump of this process is written: it would hold passwords (docs/decisions/0008). allowed: the operator
// asked for them.
void forbid_core_dumps(bool allowed);

}  // namespace weir::runtime
