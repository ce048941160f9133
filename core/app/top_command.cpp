// weir top: the table of weir status again and again, until Ctrl-C.

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "core/app/operator_commands.hpp"
#include "core/app/running_agent.hpp"

namespace weir::app {
namespace {

constexpr const char* home_and_clear = "\x1b[H\x1b[J";

// 0 where it is no terminal.
std::size_t terminal_lines() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_row;
}

// An agent that was restarted is asked again: where it was, it may be soon.
bool show(const RunningAgent& agent, bool first) {
  const auto status = agent.status();
  const std::size_t lines = terminal_lines();
  if (!status.ok() && first) return complain(status.error()), false;
  if (lines != 0) std::fputs(home_and_clear, stdout);
  const std::string text =
      status.ok() ? top_text(status.value(), lines) : status.error().message + "\n";
  std::fputs((text + (lines == 0 ? "\n" : "")).c_str(), stdout);
  std::fflush(stdout);
  return true;
}

}  // namespace

int show_top(const CommandLine& line) {
  const auto agent = RunningAgent::find(line);
  if (!agent.ok()) return complain(agent.error());
  if (!show(agent.value(), true)) return 1;
  while (!line.frame && std::ferror(stdout) == 0) {
    std::this_thread::sleep_for(std::chrono::seconds(line.interval_s));
    show(agent.value(), false);
  }
  return 0;
}

}  // namespace weir::app
