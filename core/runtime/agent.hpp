#pragma once

// The agent's life: build a pipeline from settings, run it until told otherwise.
//
//   TERM, INT  drain and exit        USR1  flush every output        HUP  reload
//
// Reload     The new configuration is read, checked and built first; a bad one leaves the running pipeline as
//            it is. Then what is different is exchanged while the rest goes on, and taken back if a new part refuses
//            its work within reload_probation. Reloads that come meanwhile wait; of several in a row the last counts.
// Threads    run() and once() are called by the main thread and return when all is over.
// Exit       A plugin that never comes back keeps its memory: finish() then ends the process without
//            destructors, after everything else was stopped. Where one keeps the agent itself from stopping (in
//            its start, say), the process ends soon after shutdown_timeout all the same.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/config/settings.hpp"
#include "core/metrics/exposition.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/pipeline/sockets.hpp"
#include "core/runtime/admin.hpp"
#include "core/runtime/config_watch.hpp"
#include "core/runtime/control_loop.hpp"
#include "core/runtime/life.hpp"
#include "core/runtime/service_manager.hpp"
#include "core/runtime/state_directory.hpp"
#include "core/runtime/thread_pool.hpp"

namespace weir::runtime {

class Agent {
 public:
  struct Callbacks {
    // Reads the configuration anew; says itself what is wrong with it.
    std::function<std::unique_ptr<config::Settings>()> load;
    // What load or refused said last, in one line; for whoever asked for a reload.
    std::function<std::string()> reason;
    // A plugin refused its options: says so, with the place.
    std::function<void(const pipeline::Pipeline::BuildError&)> refused;
    std::function<bool(const weir_plugin*)> trusted;
    // Takes metrics_page() once every flush_interval and at the end, on any thread, one at a time.
    // May be empty.
    std::function<void(const std::string&)> publish;
    // Files whose change is a reload.
    std::optional<ConfigWatch::Settings> watch;
  };
  Agent(const config::WeirSettings& settings, Callbacks callbacks);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  // Until TERM or INT. The process's exit status.
  int run();
  // One gather, everything written, the end.
  int once(std::int64_t service_wait_ns);
  // Builds and throws away: does every plugin take its options?
  bool check();

  [[nodiscard]] const metrics::Ledger& ledger() const { return ledger_; }
  // The agent's own metrics in Prometheus' text format, at any time and from any thread.
  [[nodiscard]] std::string metrics_page() const { return metrics::text_page(*own_metrics_); }
  // Ends the threads. Does not return when a plugin hangs: then the process ends with this status.
  void finish(int exit_status);

 private:
  enum class Kind : std::uint8_t { stop, flush, reload };
  struct Command {
    Kind kind{Kind::stop};
    std::function<void(const Status&)> done;  // May be empty.
  };
  bool build(bool rehearsal = false);
  void take_over_settings();
  void obey();
  void tend();
  [[nodiscard]] pipeline::Pipeline::Wait patience() const;
  void watch_signals();
  void arm_last_resort();
  void send(Command command);
  std::optional<Command> next_command();
  void refuse_commands();
  Status reload();
  [[nodiscard]] Status reload_refused() const;
  void reload_and_tell(const Command& command);
  Status open_state();
  Status open_admin();
  Result<std::unique_ptr<AdminServer>> open_admin_at(const std::string& where,
                                                     const std::string& token_file);
  [[nodiscard]] metrics::Memory memory() const;
  bool stop_current();
  [[nodiscard]] std::string state() const;
  void watch_over(pipeline::Pipeline* pipeline);
  void arm_housekeeping();
  void keep_house();
  bool wait_until(const std::function<bool()>& done, std::int64_t deadline_steady_ns) const;
  void report() const;
  void publish() const;
  void arm_publishing();
  void arm_watch();

  queue::Budget budget_;
  const Callbacks callbacks_;
  metrics::Ledger ledger_;
  std::shared_ptr<prometheus::Collectable> own_metrics_;
  mutable std::mutex publish_mutex_;
  std::atomic<std::int64_t> publish_every_ns_{0};
  pipeline::Sockets sockets_;
  std::unique_ptr<Random> random_;
  StateDirectory state_;
  Life life_;
  Admin admin_;
  std::unique_ptr<AdminServer> admin_server_;
  ServiceManager manager_;
  Heartbeat heartbeat_;
  ControlLoop control_;
  ThreadPool workers_, blocking_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::atomic<bool> stop_asked_{false};
  std::unique_ptr<ConfigWatch> watch_;
  bool hung_{false};
  std::atomic<std::int64_t> shutdown_timeout_ns_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Command> commands_;          // Guarded by mutex_.
  std::mutex pipeline_mutex_;             // For the watchdog and the budget against a reload.
  pipeline::Pipeline* watched_{nullptr};  // Guarded by pipeline_mutex_.
};

}  // namespace weir::runtime
