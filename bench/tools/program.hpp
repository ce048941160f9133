#pragma once

// What main() of every tool does: words in, status out, and a failure said with the tool's name.

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace weir::bench {

// run gets the words behind the program's name; its status is 1 where it throws.
inline int run_tool(const char* name, int argc, char** argv,
                    int (*run)(const std::vector<std::string>&)) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", name, e.what());
    return 1;
  }
}

}  // namespace weir::bench
