// weir audit: the ledger in words. Where did my records go?

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/app/drop_advice.hpp"
#include "core/app/operator_commands.hpp"
#include "core/app/running_agent.hpp"
#include "core/app/table.hpp"

namespace weir::app {
namespace {

constexpr double hundred = 100;

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return {};
  const double value = hundred * static_cast<double>(part) / static_cast<double>(whole);
  std::array<char, 16> text{};
  const int digits = value > 0 && value < 0.1 ? 4 : 1;
  const int n = std::snprintf(text.data(), text.size(), "%.*f %%", digits, value);
  return {text.data(), static_cast<std::size_t>(n)};
}

std::string line(const std::string& what, std::uint64_t part, std::uint64_t whole) {
  std::array<char, 96> text{};
  const int n = std::snprintf(text.data(), text.size(), "  %-24s %15s %10s\n", what.c_str(),
                              grouped(part).c_str(), percent(part, whole).c_str());
  return {text.data(), std::min(static_cast<std::size_t>(n), text.size() - 1)};
}

std::string losses(const NodeStatus& n, std::uint64_t whole) {
  std::string text;
  for (const auto& [reason, count] : n.drops) {
    const DropAdvice& advice = advice_for(reason);
    text += line("lost: " + reason, count, whole) + "      " + std::string(advice.meaning) +
            "\n      to do: " + std::string(advice.remedy) + "\n";
  }
  return text;
}

std::string output(const NodeStatus& n) {
  const std::uint64_t whole = n.in + n.created;
  std::string text = n.label() + ": " + grouped(whole) + " records came to it\n";
  text += line("delivered", n.out, whole);
  if (n.filtered != 0) text += line("left out by its filter", n.filtered, whole);
  if (n.queued != 0) text += line("wait for it", n.queued, whole);
  if (n.in_flight != 0) text += line("on their way", n.in_flight, whole);
  if (n.oldest_s) text += "      the oldest has waited " + print_age(*n.oldest_s) + "\n";
  text += losses(n, whole);
  const bool troubled = n.state == "retrying" || n.state == "refused" || n.hangs;
  if (troubled) text += "  it is " + (n.hangs ? "hanging" : n.state) + ": " + n.last_error + "\n";
  return text + "\n";
}

// What became less on the way to the outputs, by intention or not.
std::string before_outputs(const NodeStatus& n) {
  const std::uint64_t whole = n.in + n.created;
  if (n.filtered == 0 && n.drops.empty()) return {};
  const std::string whose = n.kind == "select" ? "inputs." + n.name : n.label();
  std::string text = whose + ": " + grouped(whole) + " records\n";
  if (n.filtered != 0) text += line("left out by its filter", n.filtered, whole);
  return text + losses(n, whole);
}

std::string balance(const std::vector<NodeStatus>& nodes) {
  std::string wrong;
  for (const NodeStatus& n : nodes) {
    if (n.imbalance == 0) continue;
    wrong += "  " + n.label() + ": " + std::to_string(n.imbalance) + "\n";
  }
  if (wrong.empty()) return "Every record is accounted for.\n";
  return "Between two counts while records move (a number that stays is a bug of the agent):\n" +
         wrong;
}

}  // namespace

std::string audit_text(const AgentStatus& status) {
  std::uint64_t gathered = 0;
  std::string inputs;
  std::string outputs;
  for (const NodeStatus& n : status.nodes) {
    if (n.kind == "inputs") gathered += n.created;
    if (n.kind == "outputs") {
      outputs += output(n);
    } else {
      inputs += before_outputs(n);
    }
  }
  std::string text = "Since the agent started, " + print_age(status.uptime_s) +
                     " ago, inputs brought " + grouped(gathered) + " records or messages.\n\n";
  if (!inputs.empty()) text += "Before the outputs\n\n" + inputs + "\nOutputs\n\n";
  return text + outputs + balance(status.nodes);
}

int show_audit(const CommandLine& line) {
  const auto agent = RunningAgent::find(line);
  if (!agent.ok()) return complain(agent.error());
  const auto status = agent.value().status();
  if (!status.ok()) return complain(status.error());
  std::fputs(audit_text(status.value()).c_str(), stdout);
  return 0;
}

}  // namespace weir::app
