#pragma once

// Where a test runs: a folder of its own, and a network that ends at this process.
//
// Threads  enter_sandbox() in a process with one thread.

#include <string>

namespace weir::check {

// Makes the folder the working directory, and cuts the network off. True when the latter succeeded:
// it needs a kernel and a user that may make a network namespace.
bool enter_sandbox(const std::string& folder);

}  // namespace weir::check
