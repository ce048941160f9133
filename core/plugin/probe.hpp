#pragma once

// Loading a module in a process of its own first: a module whose static constructor throws, crashes
// or hangs then costs that process and not the agent.
//
// Threads  probe_module() may be called from any thread; it blocks until the child ends.
// Errors   An empty text, or what happened to the child.

#include <cstdint>
#include <string>

namespace weir::plugin {

// The agent's hidden command: "weir --probe-module FILE".
inline constexpr const char* probe_command = "--probe-module";

// Runs "program --probe-module path" and waits at most timeout_ns.
std::string probe_module(const std::string& program, const std::string& path,
                         std::int64_t timeout_ns);

// What the command does: loads the file, checks all of its descriptors, says the verdict on
// standard output. Returns the status to exit with.
int probe_module_main(const char* path);

}  // namespace weir::plugin
