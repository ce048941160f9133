#pragma once

// What a running agent says of itself at /status, read.
//
// Errors  What is missing in the text stays at its default, so that a newer agent and an older program understand
//         each other; what is no JSON at all is an error.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace weir::app {

struct NodeStatus {
  std::string kind, name, alias, state;
  bool hangs{false};
  // The ledger's counters.
  std::uint64_t in{0}, created{0}, out{0}, absorbed{0}, filtered{0}, dropped{0}, queued{0},
      in_flight{0};
  std::int64_t imbalance{0};
  std::map<std::string, std::uint64_t> drops;  // By reason.
  double in_rate{0}, out_rate{0}, drop_rate{0};
  std::uint64_t queue_records{0}, queue_bytes{0}, queue_limit{0};
  std::optional<double> oldest_s;  // Nothing: nothing waits.
  std::string last_error;
  double last_error_s{0};

  [[nodiscard]] std::string label() const {
    return kind + "." + name + (alias.empty() ? "" : "::" + alias);
  }
};

struct AgentStatus {
  std::string version, state, reload_refused;
  std::int64_t pid{0};
  std::uint64_t generation{0};
  double uptime_s{0};
  std::int64_t memory_used_bytes{0}, memory_limit_bytes{0};
  std::vector<std::string> problems;
  std::vector<NodeStatus> nodes;
};

Result<AgentStatus> parse_status(std::string_view json);

// The text of {"error": "..."}; empty for anything else.
std::string error_in(std::string_view json);

// "3 s", "4 min", "2 h", "5 d": for a person, in one unit.
std::string print_age(double seconds);

}  // namespace weir::app
