#include "core/app/agent_status.hpp"

#include <simdjson.h>

namespace weir::app {
namespace {

namespace dom = simdjson::dom;

// Each leaves its target alone where there is no such member.
void read(const dom::element& from, const char* key, std::string& to) {
  std::string_view text;
  if (from[key].get(text) == simdjson::SUCCESS) to = text;
}
template <typename T>
void read(const dom::element& from, const char* key, T& to) {
  T value{};
  if (from[key].get(value) == simdjson::SUCCESS) to = value;
}

dom::element member(const dom::element& from, const char* key) {
  dom::element found;
  return from[key].get(found) == simdjson::SUCCESS ? found : from;
}

void read_records(const dom::element& from, NodeStatus& to) {
  read(from, "in", to.in);
  read(from, "created", to.created);
  read(from, "out", to.out);
  read(from, "absorbed", to.absorbed);
  read(from, "filtered", to.filtered);
  read(from, "dropped", to.dropped);
  read(from, "queued", to.queued);
  read(from, "in_flight", to.in_flight);
  read(from, "imbalance", to.imbalance);
}

void read_queue(const dom::element& from, NodeStatus& to) {
  read(from, "records", to.queue_records);
  read(from, "bytes", to.queue_bytes);
  read(from, "limit_records", to.queue_limit);
  double seconds = 0;
  if (from["oldest_s"].get(seconds) == simdjson::SUCCESS) to.oldest_s = seconds;
}

NodeStatus node_of(const dom::element& from) {
  NodeStatus node;
  read(from, "kind", node.kind);
  read(from, "name", node.name);
  read(from, "alias", node.alias);
  read(from, "state", node.state);
  read(from, "hangs", node.hangs);
  read_records(member(from, "records"), node);
  dom::object drops;
  if (from["dropped"].get(drops) == simdjson::SUCCESS) {
    for (const auto& [reason, count] : drops) {
      std::uint64_t records = 0;
      if (count.get(records) == simdjson::SUCCESS) node.drops[std::string(reason)] = records;
    }
  }
  const dom::element rates = member(from, "rates");
  read(rates, "in", node.in_rate);
  read(rates, "out", node.out_rate);
  read(rates, "dropped", node.drop_rate);
  dom::element queue;
  if (from["queue"].get(queue) == simdjson::SUCCESS) read_queue(queue, node);
  dom::element error;
  if (from["last_error"].get(error) == simdjson::SUCCESS && error.is_object()) {
    read(error, "text", node.last_error);
    read(error, "age_s", node.last_error_s);
  }
  return node;
}

AgentStatus status_of(const dom::element& from) {
  AgentStatus status;
  read(from, "version", status.version);
  read(from, "state", status.state);
  read(from, "reload_refused", status.reload_refused);
  read(from, "pid", status.pid);
  read(from, "generation", status.generation);
  read(from, "uptime_s", status.uptime_s);
  const dom::element memory = member(from, "memory");
  read(memory, "used_bytes", status.memory_used_bytes);
  read(memory, "limit_bytes", status.memory_limit_bytes);
  dom::array problems;
  if (from["problems"].get(problems) == simdjson::SUCCESS) {
    for (const dom::element one : problems) {
      std::string_view text;
      if (one.get(text) == simdjson::SUCCESS) status.problems.emplace_back(text);
    }
  }
  dom::array nodes;
  if (from["nodes"].get(nodes) == simdjson::SUCCESS) {
    for (const dom::element one : nodes) status.nodes.push_back(node_of(one));
  }
  return status;
}

}  // namespace

Result<AgentStatus> parse_status(std::string_view json) {
  dom::parser parser;
  dom::element all;
  if (parser.parse(json.data(), json.size()).get(all) != simdjson::SUCCESS || !all.is_object()) {
    return Error{ErrorKind::unavailable, "what answers there is no agent of this kind"};
  }
  return status_of(all);
}

std::string error_in(std::string_view json) {
  dom::parser parser;
  dom::element all;
  std::string text;
  if (parser.parse(json.data(), json.size()).get(all) == simdjson::SUCCESS && all.is_object()) {
    read(all, "error", text);
  }
  return text;
}

std::string print_age(double seconds) {
  struct Unit {
    const char* name;
    double seconds;
  };
  static constexpr Unit units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}};
  for (const Unit& unit : units) {
    if (seconds >= 2 * unit.seconds) {
      return std::to_string(static_cast<std::int64_t>(seconds / unit.seconds)) + " " + unit.name;
    }
  }
  const auto tenths = static_cast<std::int64_t>(seconds * 10);
  if (tenths >= 100) return std::to_string(tenths / 10) + " s";
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace weir::app
