#pragma once

// One plugin at work: its self, the host's functions it was given, its log, its place in the ledger.
//
// Lifecycle  create -> start -> work... -> stop -> destroy (by the destructor). An instance whose call hangs is
//            never destroyed: abandon() leaves it, and its memory, alone.
// Threads    As the contract says; Instance adds no locking. watch() may be read from any thread.
// Errors     A weir_status and weir_err from the plugin. What a plugin must not do ends here: an exception that
//            crosses the border becomes WEIR_E_PANIC, a status that the contract does not know WEIR_E_FAIL.

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weir/abi.h>
#include <weir/error.hpp>

#include "core/base/log.hpp"
#include "core/base/result.hpp"
#include "core/base/task_group.hpp"
#include "core/config/settings.hpp"
#include "core/pipeline/services.hpp"
#include "core/queue/block.hpp"

namespace weir::pipeline {

// What an instance may ask of the host; each role answers in its own way.
class HostCalls {
 public:
  HostCalls& operator=(const HostCalls&) = delete;
  virtual ~HostCalls() = default;
  // Inside a stage the credit was taken before the call: memory is given, the overshoot is one batch.
  virtual weir_status buf_get(std::uint32_t lane, std::uint64_t min, weir_buf& out);
  virtual weir_status buf_wait(std::uint32_t lane, std::uint64_t min, weir_buf& out,
                               std::int64_t timeout_ns);
  virtual weir_status emit(weir_buf& buf, const weir_emit& what) = 0;
  virtual void report(std::uint64_t delivery, const weir_bad& bad) = 0;
  virtual void complete(std::uint64_t, const weir_result&) {}
  virtual void lane_close(std::uint32_t) {}
  // Does the parser of this input find record borders in a stream?
  [[nodiscard]] virtual bool cuts_stream() const { return false; }
  // An output with WEIR_WANTS_BYTES asked for one document of all rows.
  virtual void set_document(bool) {}

 protected:
  explicit HostCalls(queue::Budget& budget) : budget_(budget) {}
  HostCalls(const HostCalls&) = default;
  queue::Budget& budget_;
};

// The call that an instance is in, for the watchdog.
struct CallWatch {
  std::atomic<std::int64_t> since_ns{0};  // 0 = in none
  std::atomic<const char*> what{""};
  std::atomic<bool> reported{false};
};

// The log of one plugin: "inputs.cpu::alias". section: "inputs".
[[nodiscard]] Logger logger_of(const std::string& section, const config::PluginSettings& settings);

class Instance {
 public:
  struct Spec {
    const weir_plugin* descriptor;
    std::string kind;  // "inputs", for labels
    std::string name, alias, id;
    std::optional<LogLevel> log_level;
    const config::OptionBlob* options;  // Outlives the instance.
    metrics::Node* node{nullptr};  // Shared with other instances of one stage; nullptr = its own.
  };
  struct Refusal {  // create said no
    weir_status status{WEIR_OK};
    std::string message, path;
  };

  // Runs the plugin's create.
  static std::unique_ptr<Instance> create(const Services& services, Spec spec, HostCalls& calls,
                                          Refusal& why);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  weir_status start(std::int64_t deadline_ns, weir_err& err);
  weir_status stop(std::int64_t deadline_ns, weir_err& err);
  // Hands records of abi.h section 4 to the plugin.
  void notify(const weir_event& event);

  // Runs one call under the watch; err is what the call fills.
  template <typename F>
  weir_status work(const char* what, weir_err& err, F&& call) {
    enter(what);
    const weir_status status = guard(&err, [&] { return call(self_); });
    leave();
    return judge(status, err);
  }
  template <typename Ops>
  [[nodiscard]] const Ops& ops() const {
    return *static_cast<const Ops*>(spec_.descriptor->kind_ops);
  }

  // Says what went wrong, rate limited by the log: "write failed: ...".
  void log_failure(const char* what, weir_status status, const weir_err& err) const;

  // What the agent makes of a plugin's answer: lengths are cut, unknown statuses are failures.
  static weir_status judge(weir_status status, weir_err& err);

  [[nodiscard]] const weir_plugin& descriptor() const { return *spec_.descriptor; }
  [[nodiscard]] bool has(std::uint32_t flag) const { return (spec_.descriptor->flags & flag) != 0; }
  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] const Logger& log() const { return log_; }
  [[nodiscard]] metrics::Node& node() { return node_; }
  [[nodiscard]] CallWatch& watch() { return watch_; }
  [[nodiscard]] HostCalls& calls() { return calls_; }
  [[nodiscard]] const Services& services() const { return services_; }
  [[nodiscard]] bool trusted() const { return trusted_; }
  // Through it goes everything that calls the instance, or its owner, back later: none of it runs once the instance is
  // gone. An owner with members that tasks use closes it first.
  [[nodiscard]] TaskGroup& tasks() const { return *tasks_; }
  // For who may outlive the instance.
  [[nodiscard]] std::shared_ptr<TaskGroup> tasks_to_keep() const { return tasks_; }
  // No task runs from here on, unless the instance was abandoned: then it has to stay, and its owner too.
  void close_tasks() const {
    if (!abandoned_) tasks_->close();
  }
  // Is the thread's current call one that hangs? Then the instance stays behind when the agent stops.
  void abandon() { abandoned_ = true; }
  [[nodiscard]] bool abandoned() const { return abandoned_; }
  [[nodiscard]] bool in_call() const {
    return watch_.since_ns.load(std::memory_order_acquire) != 0;
  }
  // Is it in a call that the watchdog has given up?
  [[nodiscard]] bool hangs() const { return in_call() && watch_.reported; }
  // May its calls take long? A foreign plugin's may, whatever it says of itself.
  [[nodiscard]] bool may_block() const { return has(WEIR_MAY_BLOCK) || !trusted_; }

 private:
  Instance(const Services& services, Spec spec, HostCalls& calls);
  void fill_host();
  void enter(const char* what);
  void leave();

  const Services services_;
  const Spec spec_;
  const Logger log_;
  HostCalls& calls_;
  metrics::Node& node_;
  const bool trusted_;
  weir_host host_{};
  void* self_{nullptr};
  const std::shared_ptr<TaskGroup> tasks_{std::make_shared<TaskGroup>()};
  std::atomic<bool> abandoned_{false};
  CallWatch watch_;
};

// "inputs", "processors"...; empty for an unknown kind.
std::string kind_label(std::uint16_t kind);

// The status of a call that may only answer what is below zero, or at most `most`: else WEIR_E_FAIL, and why.
weir_status at_most(weir_status most, weir_status status, weir_err& err);

// Text of a failed call: the plugin's own, or a name for the status.
std::string describe(weir_status status, const weir_err& err);

}  // namespace weir::pipeline
