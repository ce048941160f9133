#pragma once

// The graph of one configuration, from inputs to outputs.
//
// Lifecycle  build() creates every plugin (nothing is started, so that a bad configuration changes nothing);
//            run() starts outputs, then inputs, then the schedule; stop() drains and ends everything.
// Threads    Control functions are called by one thread.
// Errors     build() names the plugin and the option; start errors of outputs and inputs are retried in the
//            background unless startup_error_behavior = "error".

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/pipeline/aggregate_stage.hpp"
#include "core/pipeline/input.hpp"
#include "core/pipeline/output.hpp"
#include "core/pipeline/processor_stage.hpp"

namespace weir::pipeline {

class Pipeline {
 public:
  struct BuildError {
    const config::PluginSettings* plugin;  // Which one said no.
    std::string path, message;             // path: the option, may be empty.
  };
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
  // Looks for calls that hang: says which, once, and gives their thread back.
  void check_for_hung_calls();
  // Asked once a second or so: inputs from which nothing came for a while give memory back.
  void rest_where_quiet();
  // A plugin did not come back: the process has to end without destructors.
  [[nodiscard]] bool has_hung_call() const;
  // The budget has room again.
  void on_budget_room();

 private:
  Pipeline(const Services& services, const config::Settings& settings);
  bool build_outputs(BuildError& why);
  bool connect_letters(BuildError& why);
  void share_formats();
  void share_format(const std::vector<Output*>& outputs);
  bool build_processors(const std::vector<config::ProcessorSettings>& from,
                        std::vector<std::shared_ptr<ProcessorStage>>& to, BuildError& why);
  bool build_aggregators(BuildError& why);
  bool build_inputs(BuildError& why);
  Status start_all();
  Status start_outputs();
  Status start_inputs();
  Status start_stages();
  void begin_windows();
  void arm_window_timer();
  void push_windows(bool all);
  void gather_all(bool second, const Wait& wait);
  void stop_inputs(const Wait& wait, std::int64_t deadline);
  void stop_outputs(const Wait& wait, std::int64_t deadline);
  void end_stages();
  void count_what_waits();
  [[nodiscard]] bool lanes_idle() const;
  [[nodiscard]] bool outputs_idle() const;
  [[nodiscard]] std::vector<Instance*> instances() const;
  void watch(Instance& instance, Executor& where);

  const Services services_;
  const config::Settings& settings_;
  std::vector<std::unique_ptr<SharedFormat>> shared_formats_;
  std::vector<std::shared_ptr<Output>> outputs_;
  std::vector<std::shared_ptr<ProcessorStage>> processors_, aggregate_processors_;
  std::shared_ptr<AggregateStage> aggregate_;
  Road road_;  // Behind the inputs' own stages.
  std::shared_ptr<Lane> aggregate_lane_;
  std::vector<std::unique_ptr<Input>> inputs_;
  std::atomic<bool> gather_failed_{false}, stopping_{false}, final_push_done_{false},
      resting_{false};
  std::mutex mutex_;
  Timers::Id window_timer_{0};  // Guarded by mutex_.
};

}  // namespace weir::pipeline
