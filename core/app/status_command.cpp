// weir status: a table of what runs.

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "core/app/operator_commands.hpp"
#include "core/app/running_agent.hpp"
#include "core/app/table.hpp"
#include "core/base/units.hpp"

namespace weir::app {
namespace {

constexpr std::array<std::string_view, 5> shown_kinds{"inputs", "parsers", "processors",
                                                      "aggregators", "outputs"};

// Where in the pipeline; what an operator does not name in the configuration comes last.
std::size_t rank(const NodeStatus& node) {
  return static_cast<std::size_t>(std::find(shown_kinds.begin(), shown_kinds.end(), node.kind) -
                                  shown_kinds.begin());
}

bool is_shown(const NodeStatus& node) {
  const bool gone = node.state == "stopped" && node.queued == 0;
  return !gone && (rank(node) < shown_kinds.size() || node.dropped != 0);
}

std::string head(const AgentStatus& s) {
  std::string text = "Weir " + s.version + ", process " + std::to_string(s.pid) + ": " + s.state +
                     ", generation " + std::to_string(s.generation) + ", up " +
                     print_age(s.uptime_s) + ", buffers " + print_size(s.memory_used_bytes) +
                     " of " + print_size(s.memory_limit_bytes) + "\n";
  if (!s.reload_refused.empty()) text += "last reload refused: " + s.reload_refused + "\n";
  return text;
}

std::string queue_cell(const NodeStatus& n) {
  if (n.queue_limit == 0) return {};
  return grouped(n.queue_records + n.in_flight) + " of " + grouped(n.queue_limit);
}

void add_row(Table& table, const NodeStatus& n) {
  table.row({n.label(), n.hangs ? "hangs" : n.state, print_rate(n.in_rate), print_rate(n.out_rate),
             print_rate(n.drop_rate), n.dropped == 0 ? "" : grouped(n.dropped), queue_cell(n),
             n.oldest_s ? print_age(*n.oldest_s) : ""});
  const bool troubled = n.state == "retrying" || n.state == "refused" || n.hangs;
  if (troubled && !n.last_error.empty()) {
    table.note(n.last_error + " (" + print_age(n.last_error_s) + " ago)");
  }
}

Table table_of(const std::vector<NodeStatus>& nodes) {
  Table table({{"NODE", false},
               {"STATE", false},
               {"IN/s", true},
               {"OUT/s", true},
               {"LOST/s", true},
               {"LOST", true},
               {"WAITING", true},
               {"OLDEST", true}});
  for (const NodeStatus& n : nodes) {
    if (is_shown(n)) add_row(table, n);
  }
  return table;
}

}  // namespace

std::string status_text(const AgentStatus& status) {
  std::vector<NodeStatus> nodes = status.nodes;
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return head(status) + "\n" + table_of(nodes).text();
}

// The busiest first, and among those that rest what has a problem.
std::string top_text(const AgentStatus& status, std::size_t lines) {
  std::vector<NodeStatus> nodes = status.nodes;
  const auto business = [](const NodeStatus& n) { return std::max(n.in_rate, n.out_rate); };
  std::stable_sort(nodes.begin(), nodes.end(), [&](const auto& a, const auto& b) {
    if (business(a) != business(b)) return business(a) > business(b);
    return a.last_error_s < b.last_error_s && !a.last_error.empty();
  });
  std::string text = head(status) + "\n" + table_of(nodes).text();
  std::size_t at = 0;
  for (; lines > 1 && at != std::string::npos && at < text.size(); --lines) {
    at = text.find('\n', at) + 1;
  }
  return lines == 1 ? text.substr(0, at) : text;
}

int show_status(const CommandLine& line) {
  const auto agent = RunningAgent::find(line);
  if (!agent.ok()) return complain(agent.error());
  if (line.json) {
    const auto text = agent.value().ask("GET", "/status");
    if (!text.ok()) return complain(text.error());
    std::fputs(text.value().c_str(), stdout);
    return 0;
  }
  const auto status = agent.value().status();
  if (!status.ok()) return complain(status.error());
  std::fputs(status_text(status.value()).c_str(), stdout);
  return 0;
}

}  // namespace weir::app
