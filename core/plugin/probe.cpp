#include "core/plugin/probe.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>
#include <system_error>

#include "core/base/units.hpp"
#include "core/plugin/module_file.hpp"
#include "sdk/check/child_process.hpp"

namespace weir::plugin {
namespace {

// The verdict's line: a module may print what it likes before it.
constexpr std::string_view verdict_mark = "weir-probe: ";
constexpr std::string_view good_verdict = "good";

void say(std::string_view verdict) {
  std::printf("%.*s%.*s\n", static_cast<int>(verdict_mark.size()), verdict_mark.data(),
              static_cast<int>(verdict.size()), verdict.data());
  std::fflush(stdout);
}

}  // namespace

std::string probe_module(const std::string& program, const std::string& path,
                         std::int64_t timeout_ns) {
  auto child = check::ChildProcess::of_program(program, {probe_command, path});
  if (child.error() != 0) {
    return "cannot be tried out: " + program + ": " +
           std::generic_category().message(child.error());
  }
  const check::Ending ending = child.wait(check::steady_ns() + timeout_ns);
  std::string verdict = ending.said(verdict_mark);
  if (!ending.in_time) {
    return "is not loaded within " + print_duration(timeout_ns) +
           ": a static constructor or init hangs";
  }
  if (verdict == good_verdict && ending.good()) return {};
  if (!verdict.empty() && verdict != good_verdict) return verdict;
  return "ends the process that loads it, in a static constructor or in init: " + ending.text() +
         ending.last_words();
}

int probe_module_main(const char* path) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Result<const weir_module*> module = open_module(path);
  if (!module.ok()) {
    say(module.error().message);
    return 1;
  }
  const std::string why = check_all(*module.value());
  say(why.empty() ? good_verdict : std::string_view(why));
  // Destructors of the module are none of our business: how the agent ends is decided elsewhere.
  _exit(why.empty() ? 0 : 1);
}

}  // namespace weir::plugin
