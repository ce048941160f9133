#pragma once

// The graph of one configuration, from inputs to outputs, and its exchange for the next one.
//
// Lifecycle  build() creates every plugin (nothing is started, so that a bad configuration changes nothing);
//            run() starts outputs, then inputs, then the schedule; reload() goes over to other settings (reload.cpp);
//            stop() drains and ends everything.
// Threads    Control functions are called by one thread; what says so, by any.
// Errors     build() names the plugin and the option; start errors of outputs and inputs are retried in the
//            background unless startup_error_behavior = "error".

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/pipeline/farewell.hpp"
#include "core/pipeline/graph.hpp"
#include "core/pipeline/windows.hpp"

namespace weir::pipeline {

class Pipeline {
 public:
  using BuildError = pipeline::BuildError;

  static std::unique_ptr<Pipeline> build(const Services& services, SharedSettings settings,
                                         BuildError& why);
  // settings outlives the pipeline.
  static std::unique_ptr<Pipeline> build(const Services& services, const config::Settings& settings,
                                         BuildError& why);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  // Waits until the condition holds or the deadline passes; tests pump virtual time instead of sleeping.
  using Wait = std::function<bool(const std::function<bool()>&, std::int64_t deadline_steady_ns)>;

  Status run();
  // Gathers once (twice where the plugin needs it), waits for service inputs, closes windows, writes all.
  // False when a gather failed or records were left over.
  bool run_once(std::int64_t service_wait_ns, const Wait& wait);
  // All outputs write what they have.
  void flush();
  // Inputs first, then what is on the way, then windows, then outputs, within shutdown_timeout. A gather gets
  // half of it to come back, and whatever hangs, outputs a quarter to write. False when records were left over.
  bool stop(const Wait& wait);

  // How a reload went. Whatever it was, the pipeline runs, and nothing was lost by it.
  struct Reload {
    enum class Outcome : std::uint8_t {
      done,
      refused,      // A plugin does not take its options (refusal); nothing was touched.
      rolled_back,  // One that has to start did not (why); what had been exchanged is back.
    } outcome{Outcome::done};
    BuildError refusal{nullptr, {}, {}};
    SharedSettings wanted;  // To which refusal refers.
    std::string why;
    config::Plan plan;
  };
  // Goes over to these settings: what is the same in them is not touched. For [weir] reload_probation it may still be
  // taken back by tend().
  Reload reload(SharedSettings next, const Wait& wait);
  // To be called a few times a second while it is not settled(): lets go what was removed, and takes a reload back
  // whose new instances refuse to work. Returns why, when it did so.
  std::optional<std::string> tend(const Wait& wait);
  [[nodiscard]] bool settled() const { return farewell_.empty() && !before_; }
  [[nodiscard]] const SharedSettings& settings() const { return graph_.settings; }

  // Looks for calls that hang: says which, once, and gives their thread back. From any thread, as the next three.
  void check_for_hung_calls();
  // Asked once a second or so: inputs from which nothing came for a while give memory back.
  void rest_where_quiet();
  // A plugin did not come back: the process has to end without destructors.
  [[nodiscard]] bool has_hung_call() const;
  // The budget has room again.
  void on_budget_room();

 private:
  explicit Pipeline(const Services& services);
  Status start_all();
  Status start_outputs();
  static Status start_output(Output& output, const config::OutputSettings& settings);
  Status start_inputs();
  Status start_stages();
  static Status start_stage(Instance& instance);
  [[nodiscard]] static std::vector<Instance*> stages_of(const Graph& graph);
  void gather_all(bool second, const Wait& wait);
  void stop_inputs(const Wait& wait, std::int64_t deadline);
  void stop_outputs(const Wait& wait, std::int64_t deadline);
  void end_stages();
  void count_what_waits();
  [[nodiscard]] bool lanes_idle() const;
  [[nodiscard]] bool outputs_idle() const;

  // reload.cpp
  struct Progress {  // How far a reload is.
    std::vector<Instance*> stages;
    std::size_t outputs{0}, inputs{0};
    std::vector<std::size_t> stopped;  // Inputs of the new graph whose predecessor was stopped.
  };
  void free_queues(const config::Settings& next, const config::Plan& plan, const Wait& wait);
  Status exchange(const Graph& next, const config::Plan& plan, const Wait& wait);
  Status start_new(const Graph& next, const config::Plan& plan, const Wait& wait,
                   Progress& progress);
  Status start_new_stages(const Graph& next, const config::Plan& plan, Progress& progress);
  Status start_new_output(const Graph& next, const config::Change& change);
  Status start_new_input(const Graph& next, const config::Change& change, const Wait& wait,
                         Progress& progress);
  void stop_before(Input& input, const Wait& wait);
  void take_back(const Graph& next, const config::Plan& plan, const Progress& progress);
  void revive(const config::Change& change);
  void lay(const Graph& graph);
  void part_from(const Graph& old, const config::Plan& plan);
  void offer_sockets(const config::Plan& plan, bool on);
  void watch_new(const config::Plan& plan);
  [[nodiscard]] std::string unhealthy() const;

  [[nodiscard]] Parts parts() const;
  void watch(Instance& instance, Executor& where);

  const Services services_;
  mutable std::mutex mutex_;
  Graph graph_;  // Guarded by mutex_ where the control thread changes it, or another one looks.
  std::atomic<std::int64_t> interval_ns_{0};  // [agent] interval.
  const std::shared_ptr<Lane> aggregate_lane_;
  const std::shared_ptr<Gate> aggregate_gate_;
  metrics::Node* aggregation_{nullptr};
  Windows windows_;
  Farewell farewell_;
  SharedSettings before_;  // What a reload is taken back to, as long as it may be.
  std::int64_t probation_end_ns_{0};
  struct Fresh {
    std::vector<std::weak_ptr<Input>> inputs;
    std::vector<std::weak_ptr<Output>> outputs;
  } fresh_;  // Made since.
  std::atomic<bool> gather_failed_{false}, stopping_{false}, resting_{false};
};

}  // namespace weir::pipeline
