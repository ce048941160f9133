#pragma once

// The conservation ledger: where did every record go?
//
// For each node of the graph, exactly
//   in + created = out + absorbed + filtered + sum(dropped) + dead_lettered + queued + in_flight
// A parser takes raw messages in (absorbed) and creates rows; a record it cannot read is created and dropped
// in one step. A stage that replaces k rows by m has absorbed k and created m.
//
// Threads  Counting is wait-free from any thread, once per batch, never per record. The equation holds when
//          nothing moves (after a drain); while rows move a node may be off by what is between two counts.

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/metrics/own_metrics.hpp"

namespace weir::metrics {

// IF YOU ADD A REASON: name it in drop_reason_name().
enum class Drop : std::uint8_t {
  overflow,         // The output's queue was full.
  parse_error,      // The parser could not read the record.
  too_large,        // The record passed max_record_bytes.
  rejected,         // The output's peer refused the record for good.
  serialize_error,  // The record cannot be written in the output's format.
  outside_window,   // Its time lies outside the aggregator's window.
  no_memory,        // The budget refused a buffer.
  invalid_batch,    // A foreign plugin emitted bytes that are no batch.
  plugin_error,     // A stage failed on the batch.
  expired,          // Older than max_age.
  corrupt,          // Damaged on disk.
  shutdown,         // Still undelivered when shutdown_timeout ended.
  count             // Not a reason.
};
const char* drop_reason_name(Drop reason);

// How the plugin behind a node does.
// IF YOU ADD A CONDITION: name it in condition_name().
enum class Condition : std::uint8_t {
  none,      // Nothing was started yet, or there is nothing to start.
  starting,  // Its start has not come back.
  running,   //
  retrying,  // Its start, or its last write, failed and will be tried again.
  refused,   // It failed for good: the configuration has to be changed.
  stopped    // The agent stopped it: at the end, or for a reload.
};
const char* condition_name(Condition condition);

// Something that went wrong, for a person.
struct Trouble {
  std::string text;       // Empty: nothing did.
  std::int64_t at_ns{0};  // By the wall clock.
};

struct alignas(64) Node {
  std::string kind;   // "inputs", "parsers", "processors", "aggregators", "outputs", "agent"
  std::string name;   // "cpu"
  std::string alias;  // May be empty.
  std::string id;     // Stable over restarts.

  std::atomic<std::uint64_t> in{0}, created{0}, out{0}, absorbed{0}, filtered{0};
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Drop::count)> dropped{};
  std::atomic<std::uint64_t> dead_lettered{0};
  std::atomic<std::uint64_t> queued{0}, in_flight{0};
  std::atomic<int> users{0};  // Parts that count here now.

  // What is not part of the equation.
  std::atomic<std::uint64_t> calls{0}, errors{0}, timeouts{0}, call_ns{0}, startup_errors{0},
      skipped{0};
  std::atomic<std::uint64_t> queue_limit{0}, batches{0}, bytes{0}, retries{0}, hung{0};
  std::atomic<std::uint64_t> queue_bytes{0};
  std::atomic<std::int64_t> oldest_ns{
      0};  // When what waits longest was queued, by the wall clock; 0 = nothing does.
  std::atomic<Condition> condition{Condition::none};
  std::atomic<bool> started{false};  // Its start came back well, once at least.
  std::atomic<bool> hangs{false};    // It is in a call that was given up.
  std::atomic<bool> failing{false};  // Its last gather failed.

  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() { delete own_.load(); }

  // What the plugin counts of itself; the first instance of the node declares it for all.
  OwnMetrics& own(const weir_metric_decl* const* decls);
  // nullptr where nothing was declared yet.
  [[nodiscard]] const OwnMetrics* own() const { return own_.load(std::memory_order_acquire); }

  void drop(Drop reason, std::uint64_t rows) { dropped[static_cast<std::size_t>(reason)] += rows; }
  [[nodiscard]] std::uint64_t dropped_total() const;
  void fail(std::string text, std::int64_t wall_ns);
  [[nodiscard]] Trouble last_error() const;
  // 0 when the equation holds; positive: rows vanished; negative: rows appeared.
  [[nodiscard]] std::int64_t imbalance() const;

 private:
  std::atomic<OwnMetrics*> own_{nullptr};
  std::once_flag declared_;
  mutable std::mutex mutex_;
  Trouble last_error_;  // Guarded by mutex_.
};

class Ledger {
 public:
  // The node lives as long as the ledger.
  Node& add(std::string kind, std::string name, std::string alias, std::string id);
  // The same for a part that adds itself to users: where one of the same labels had a node and is gone, it goes on
  // counting there.
  Node& lend(const std::string& kind, const std::string& name, const std::string& alias,
             const std::string& id);
  // Nodes in the order they were added.
  [[nodiscard]] std::vector<const Node*> nodes() const;
  // One line for each node whose equation does not hold; empty when all do.
  [[nodiscard]] std::vector<std::string> violations() const;
  // For a person: a table with one line a node.
  [[nodiscard]] std::string table() const;
  // For a program: one JSON object a line.
  [[nodiscard]] std::string json_lines() const;

 private:
  Node& add_locked(std::string kind, std::string name, std::string alias, std::string id);

  mutable std::mutex mutex_;
  std::deque<Node> nodes_;  // Guarded by mutex_; the nodes themselves synchronise on their own.
};

}  // namespace weir::metrics
