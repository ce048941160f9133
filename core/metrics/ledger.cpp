#include "core/metrics/ledger.hpp"

#include <cstdio>

namespace weir::metrics {
namespace {

std::string label(const Node& n) {
  return n.kind + "." + n.name + (n.alias.empty() ? "" : "::" + n.alias);
}

std::string number(std::uint64_t v) { return std::to_string(v); }

std::string drops(const Node& n) {
  std::string text;
  for (std::size_t i = 0; i < n.dropped.size(); ++i) {
    if (n.dropped[i] == 0) continue;
    text += text.empty() ? "" : " ";
    text += std::string(drop_reason_name(static_cast<Drop>(i))) + "=" + number(n.dropped[i]);
  }
  if (n.dead_lettered != 0) {
    text += (text.empty() ? "" : " ") + std::string("dead_lettered=") + number(n.dead_lettered);
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

std::string json(const Node& n) {
  std::string text = "{\"kind\":" + quoted(n.kind) + ",\"name\":" + quoted(n.name) +
                     ",\"alias\":" + quoted(n.alias);
  const auto add = [&](const char* key, std::uint64_t v) {
    text += ",\"" + std::string(key) + "\":" + number(v);
  };
  add("in", n.in);
  add("created", n.created);
  add("out", n.out);
  add("absorbed", n.absorbed);
  add("filtered", n.filtered);
  for (std::size_t i = 0; i < n.dropped.size(); ++i) {
    if (n.dropped[i] != 0) {
      add((std::string("dropped_") + drop_reason_name(static_cast<Drop>(i))).c_str(), n.dropped[i]);
    }
  }
  if (n.dead_lettered != 0) add("dead_lettered", n.dead_lettered);
  add("queued", n.queued);
  add("in_flight", n.in_flight);
  return text + ",\"imbalance\":" + std::to_string(n.imbalance()) + "}\n";
}

std::string row(const Node& n) {
  std::string line(256, '\0');
  const int len =
      std::snprintf(line.data(), line.size(), "%-36s %12s %12s %12s %12s %12s %8s  %s\n",
                    label(n).c_str(), number(n.in).c_str(), number(n.created).c_str(),
                    number(n.out).c_str(), number(n.absorbed).c_str(), number(n.filtered).c_str(),
                    number(n.queued + n.in_flight).c_str(), drops(n).c_str());
  line.resize(static_cast<std::size_t>(len) < line.size() ? static_cast<std::size_t>(len)
                                                          : line.size() - 1);
  return line;
}

}  // namespace

const char* drop_reason_name(Drop reason) {
  switch (reason) {
    case Drop::overflow: return "overflow";
    case Drop::parse_error: return "parse_error";
    case Drop::too_large: return "too_large";
    case Drop::rejected: return "rejected";
    case Drop::serialize_error: return "serialize_error";
    case Drop::outside_window: return "outside_window";
    case Drop::no_memory: return "no_memory";
    case Drop::invalid_batch: return "invalid_batch";
    case Drop::plugin_error: return "plugin_error";
    case Drop::expired: return "expired";
    case Drop::corrupt: return "corrupt";
    case Drop::shutdown: return "shutdown";
    case Drop::count: break;
  }
  return "unknown";
}

const char* condition_name(Condition condition) {
  switch (condition) {
    case Condition::none: break;
    case Condition::starting: return "starting";
    case Condition::running: return "running";
    case Condition::retrying: return "retrying";
    case Condition::refused: return "refused";
    case Condition::stopped: return "stopped";
  }
  return "";
}

void Node::fail(std::string text, std::int64_t wall_ns) {
  const std::lock_guard lock(mutex_);
  last_error_ = {std::move(text), wall_ns};
}

Trouble Node::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

OwnMetrics& Node::own(const weir_metric_decl* const* decls) {
  std::call_once(declared_, [&] { own_.store(new OwnMetrics(decls), std::memory_order_release); });
  return *own_.load(std::memory_order_relaxed);
}

std::uint64_t Node::dropped_total() const {
  std::uint64_t sum = 0;
  for (const auto& d : dropped) sum += d;
  return sum;
}

std::int64_t Node::imbalance() const {
  const std::uint64_t gone =
      out + absorbed + filtered + dropped_total() + dead_lettered + queued + in_flight;
  return static_cast<std::int64_t>(in + created - gone);
}

Node& Ledger::add(std::string kind, std::string name, std::string alias, std::string id) {
  const std::lock_guard lock(mutex_);
  return add_locked(std::move(kind), std::move(name), std::move(alias), std::move(id));
}

Node& Ledger::lend(const std::string& kind, const std::string& name, const std::string& alias,
                   const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (Node& n : nodes_) {
    const bool free = n.users == 0 && n.queued == 0 && n.in_flight == 0;
    if (free && n.kind == kind && n.name == name && n.alias == alias && n.id == id) return n;
  }
  return add_locked(kind, name, alias, id);
}

Node& Ledger::add_locked(std::string kind, std::string name, std::string alias, std::string id) {
  Node& n = nodes_.emplace_back();
  n.kind = std::move(kind);
  n.name = std::move(name);
  n.alias = std::move(alias);
  n.id = std::move(id);
  return n;
}

std::vector<const Node*> Ledger::nodes() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Node*> all;
  all.reserve(nodes_.size());
  for (const Node& n : nodes_) all.push_back(&n);
  return all;
}

std::vector<std::string> Ledger::violations() const {
  std::vector<std::string> wrong;
  for (const Node* n : nodes()) {
    if (n->imbalance() != 0) {
      wrong.push_back(label(*n) + ": imbalance " + std::to_string(n->imbalance()) + " in " +
                      json(*n));
    }
  }
  return wrong;
}

std::string Ledger::table() const {
  std::string text =
      "node                                           in      created          out     absorbed    "
      " filtered   "
      "queued  dropped\n";
  for (const Node* n : nodes()) text += row(*n);
  return text;
}

std::string Ledger::json_lines() const {
  std::string text;
  for (const Node* n : nodes()) text += json(*n);
  return text;
}

}  // namespace weir::metrics
