// weir-check: does a module keep to the contract? Each test runs in a process of its own.
//
// Ends with 0 when nothing is broken, 1 when something is, 2 when it was called wrongly.

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "sdk/check/runner.hpp"
#include "sdk/check/suite.hpp"

namespace weir::check {
namespace {

constexpr const char* usage =
    "weir-check FILE.so [--plugin NAME] [--config EXAMPLE.toml] [--test NAME] [--seed N]\n"
    "           [--timeout SECONDS]\n"
    "weir-check --list\n";

// False: called wrongly.
bool read_arguments(const std::vector<std::string>& words, Call& call) {
  std::string seed = "1", timeout = "60";
  const std::map<std::string, std::string*> options{{"--plugin", &call.plugin},
                                                    {"--config", &call.config_file},
                                                    {"--test", &call.test},
                                                    {"--seed", &seed},
                                                    {"--timeout", &timeout}};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto option = options.find(words[i]);
    if (option == options.end() && (words[i][0] == '-' || !call.file.empty())) return false;
    if (option == options.end()) {
      call.file = words[i];
    } else if (++i < words.size()) {
      *option->second = words[i];
    } else {
      return false;
    }
  }
  call.seed = std::strtoull(seed.c_str(), nullptr, 10);
  call.timeout_s = std::strtoll(timeout.c_str(), nullptr, 10);
  return !call.file.empty() && call.timeout_s > 0;
}

int list_tests() {
  for (const Test& test : all_tests()) std::printf("%-20s %s\n", test.name, test.what);
  return 0;
}

int run(const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"--list"}) return list_tests();
  Call call;
  if (read_arguments(words, call)) return run_checks(call);
  std::fputs(usage, stderr);
  return 2;
}

}  // namespace
}  // namespace weir::check

int main(int argc, char** argv) { return weir::check::run({argv + 1, argv + argc}); }
