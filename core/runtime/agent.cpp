#include "core/runtime/agent.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "core/runtime/machine.hpp"
#include "core/runtime/places.hpp"

namespace weir::runtime {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
// How long after shutdown_timeout the process ends, whatever happens.
constexpr std::int64_t last_resort_ns = 2 * second_ns;
constexpr std::int64_t blocking_threads_max = 32;
constexpr auto wait_step = std::chrono::microseconds(500);
constexpr auto tend_every = std::chrono::milliseconds(50);

class SystemRandom final : public Random {
 public:
  std::int64_t below(std::int64_t below) override {
    if (below <= 0) return 0;
    const std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(below));
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_{std::random_device{}()};
};

// What is left of the memory limit for buffers, beside the program and its plugins.
std::int64_t limit_of(const config::WeirSettings& settings) {
  const std::int64_t limit = settings.memory_limit_bytes > 0 ? settings.memory_limit_bytes
                                                             : queue::default_memory_limit_bytes();
  return queue::buffers_limit_bytes(limit, queue::resident_bytes());
}

const Logger& agent_log() {
  static const Logger log("agent");
  return log;
}

}  // namespace

Agent::Agent(const config::WeirSettings& settings, Callbacks callbacks)
    : budget_(limit_of(settings)),
      callbacks_(std::move(callbacks)),
      own_metrics_(metrics::make_collectable(ledger_, [this] { return memory(); })),
      random_(std::make_unique<SystemRandom>()),
      state_(system_disk(), state_directory(settings, process_environment, ::geteuid() == 0)),
      life_(system_clock()),
      admin_({ledger_, life_, system_clock(), [this] { return memory(); },
              [this] { return metrics_page(); },
              [this](auto done) { send({Kind::reload, std::move(done)}); },
              [this] { send({Kind::flush, {}}); }}),
      heartbeat_(manager_, control_, workers_),
      workers_(
          "weir-work",
          {worker_threads(settings.threads), worker_threads(settings.threads), settings.max_hung},
          settings.pin ? usable_cores() : std::vector<int>()),
      blocking_("weir-block", {0, blocking_threads_max, settings.max_hung}) {
  std::signal(SIGPIPE, SIG_IGN);
  budget_.set_on_room([this] {
    workers_.post([this] {
      const std::lock_guard lock(pipeline_mutex_);
      if (watched_ != nullptr) watched_->on_budget_room();
    });
  });
}

Agent::~Agent() = default;

metrics::Memory Agent::memory() const {
  return {budget_.used_bytes(), budget_.peak_bytes(), budget_.limit_bytes()};
}

bool Agent::build(bool rehearsal) {
  pipeline::SharedSettings settings = callbacks_.load();
  if (!settings) return false;
  const pipeline::Services services{system_clock(),     control_, *random_, workers_,
                                    blocking_,          budget_,  ledger_,  sockets_,
                                    callbacks_.trusted, &state_,  rehearsal};
  pipeline::Pipeline::BuildError why{};
  pipeline_ = pipeline::Pipeline::build(services, settings, why);
  if (!pipeline_) return callbacks_.refused(why), false;
  take_over_settings();
  return true;
}

// Of the settings what the agent itself goes by.
void Agent::take_over_settings() {
  shutdown_timeout_ns_ = pipeline_->settings()->weir.shutdown_timeout_ns;
  publish_every_ns_ = pipeline_->settings()->agent.flush_interval_ns;
}

bool Agent::check() { return build(true); }

bool Agent::wait_until(const std::function<bool()>& done, std::int64_t deadline_steady_ns) const {
  while (!done()) {
    if (system_clock().steady_ns() >= deadline_steady_ns) return false;
    std::this_thread::sleep_for(wait_step);
  }
  return true;
}

// ---- running --------------------------------------------------------------------------------------------------

int Agent::run() {
  if (!build()) return 1;
  for (const Status& s : {open_state(), open_admin()}) {
    if (s.ok()) continue;
    agent_log().error(s.error().message);
    return 1;
  }
  watch_signals();
  watch_over(pipeline_.get());
  arm_housekeeping();
  if (const Status s = pipeline_->run(); !s.ok()) {
    agent_log().error(s.error().message);
    stop_current();
    return 1;
  }
  arm_publishing();
  arm_watch();
  life_.committed();
  manager_.ready(state());
  heartbeat_.begin(system_clock().steady_ns());
  obey();
  life_.stopping();
  refuse_commands();
  agent_log().info("stopping: what is on its way is written first");
  manager_.stopping("stopping: what is on its way is written first");
  const bool complete = stop_current();
  report();
  return complete ? 0 : 1;
}

// Until it is told to stop.
void Agent::obey() {
  for (;;) {
    const std::optional<Command> command = next_command();
    tend();
    if (!command) continue;
    if (command->kind == Kind::stop) return;
    if (command->kind == Kind::flush) {
      pipeline_->flush();
    } else {
      reload_and_tell(*command);
    }
  }
}

int Agent::once(std::int64_t service_wait_ns) {
  if (!build()) return 1;
  watch_over(pipeline_.get());
  arm_housekeeping();
  const bool ok = pipeline_->run_once(
      service_wait_ns,
      [this](const auto& done, std::int64_t deadline) { return wait_until(done, deadline); });
  hung_ = pipeline_->has_hung_call();
  report();
  return ok ? 0 : 1;
}

// Whom the watchdog and the budget speak to.
void Agent::watch_over(pipeline::Pipeline* pipeline) {
  const std::lock_guard lock(pipeline_mutex_);
  watched_ = pipeline;
}

bool Agent::stop_current() {
  const bool complete = pipeline_->stop(
      [this](const auto& done, std::int64_t deadline) { return wait_until(done, deadline); });
  watch_over(nullptr);
  hung_ = hung_ || pipeline_->has_hung_call();
  return complete;
}

// For a person, in one line.
std::string Agent::state() const {
  const config::Settings& s = *pipeline_->settings();
  return "running: " + std::to_string(s.inputs.size()) + " inputs, " +
         std::to_string(s.outputs.size()) + " outputs";
}

// A directory that the configuration names is wanted; the usual one only when something is kept in it.
Status Agent::open_state() {
  if (pipeline_->settings()->weir.state_directory.empty()) return ok_status();
  const auto opened = state_.directory();
  return opened.ok() ? ok_status() : Status(opened.error());
}

// Off unless the configuration or the service manager says where. What the latter says is no reason not to run.
Status Agent::open_admin() {
  const config::WeirSettings& weir = pipeline_->settings()->weir;
  const std::string where = admin_address(weir, process_environment);
  if (where.empty()) return ok_status();
  auto opened = open_admin_at(where, weir.admin_token_file);
  if (opened.ok()) {
    admin_server_ = std::move(opened).value();
    agent_log().info("answers at " + where);
    return ok_status();
  }
  if (!weir.admin.empty()) return opened.error();
  agent_log().warn(opened.error().message);
  return ok_status();
}

Result<std::unique_ptr<AdminServer>> Agent::open_admin_at(const std::string& where,
                                                          const std::string& token_file) {
  const auto address = config::parse_admin_address(where);
  if (!address.ok()) return address.error();
  AdminServer::Settings settings{address.value(), {}};
  if (address.value().tcp()) {
    auto token = read_token(token_file);
    if (!token.ok()) return token.error();
    settings.token = std::move(token).value();
  }
  return AdminServer::open(settings, [this](const AdminRequest& request, const auto& reply) {
    admin_.handle(request, reply);
  });
}

void Agent::reload_and_tell(const Command& command) {
  manager_.reloading();
  life_.updating();
  const Status done = reload();
  if (done.ok()) {
    life_.committed();
  } else {
    life_.refused(done.error().message);
  }
  manager_.ready(state() + (done.ok() ? "" : "; the last reload was refused"));
  if (command.done) command.done(done);
}

// What is the same in both configurations goes on undisturbed (core/pipeline/reload.cpp).
Status Agent::reload() {
  agent_log().info("reloading the configuration");
  pipeline::SharedSettings next = callbacks_.load();
  if (!next) return reload_refused();
  const auto done = pipeline_->reload(next, patience());
  using Outcome = pipeline::Pipeline::Reload::Outcome;
  if (done.outcome == Outcome::refused) {
    callbacks_.refused(done.refusal);
    return reload_refused();
  }
  if (done.outcome == Outcome::rolled_back) {
    agent_log().error("the new configuration does not start, the one before goes on: " + done.why);
    return Error{ErrorKind::unavailable, done.why};
  }
  for (const std::string& key : done.plan.restart) {
    agent_log().warn(key + " has changed: a restart puts it into effect");
  }
  take_over_settings();
  agent_log().info("reloaded: " + config::plan_sums(done.plan));
  return ok_status();
}

Status Agent::reload_refused() const {
  agent_log().error("the new configuration was refused; the running one goes on as it was");
  return Error{ErrorKind::bad_config, callbacks_.reason ? callbacks_.reason() : ""};
}

// Waits no longer once the agent is told to stop.
pipeline::Pipeline::Wait Agent::patience() const {
  return [this](const auto& done, std::int64_t deadline) {
    return wait_until([&] { return done() || stop_asked_; }, deadline) && done();
  };
}

// What a reload left behind comes to its end.
void Agent::tend() {
  const auto why = pipeline_->tend(patience());
  if (!why) return;
  take_over_settings();
  agent_log().error("the last reload was taken back: " + *why);
  life_.rolled_back(*why);
  manager_.ready(state() + "; the last reload was taken back");
}

void Agent::arm_housekeeping() {
  control_.at(system_clock().steady_ns() + second_ns, [this] {
    keep_house();
    arm_housekeeping();
  });
}

void Agent::keep_house() {
  const std::lock_guard lock(pipeline_mutex_);
  if (watched_ != nullptr) {
    watched_->check_for_hung_calls();
    watched_->rest_where_quiet();
  }
  budget_.recycler().trim();
  if (admin_server_) admin_.tick();
}

// ---- the agent's own metrics ------------------------------------------------------------------------------------

void Agent::publish() const {
  if (!callbacks_.publish) return;
  const std::lock_guard lock(publish_mutex_);
  callbacks_.publish(metrics_page());
}

// A file may take its time: it is written on the blocking pool, by one thread of it at most.
void Agent::arm_publishing() {
  if (!callbacks_.publish) return;
  control_.at(system_clock().steady_ns() + publish_every_ns_, [this] {
    blocking_.post([this] {
      const std::unique_lock lock(publish_mutex_, std::try_to_lock);
      if (lock.owns_lock()) callbacks_.publish(metrics_page());
    });
    arm_publishing();
  });
}

// Looking at files may take its time.
void Agent::arm_watch() {
  if (!callbacks_.watch) return;
  if (!watch_) watch_ = std::make_unique<ConfigWatch>(*callbacks_.watch);
  control_.at(system_clock().steady_ns() + watch_->settings().interval_ns, [this] {
    blocking_.post([this] {
      if (watch_->changed(system_clock().steady_ns())) {
        agent_log().info("the configuration's files have changed");
        send({Kind::reload, {}});
      }
      arm_watch();
    });
  });
}

// ---- commands ---------------------------------------------------------------------------------------------------

void Agent::watch_signals() {
  control_.on_signals({SIGTERM, SIGINT, SIGHUP, SIGUSR1}, [this](int signal) {
    if (signal == SIGHUP) return send({Kind::reload, {}});
    if (signal != SIGUSR1) {
      stop_asked_ = true;
      arm_last_resort();
    }
    send({signal == SIGUSR1 ? Kind::flush : Kind::stop, {}});
  });
}

// The main thread stops everything within shutdown_timeout, unless a plugin has it and does not let go.
void Agent::arm_last_resort() {
  control_.at(system_clock().steady_ns() + shutdown_timeout_ns_ + last_resort_ns, [] {
    agent_log().error("the agent could not stop in time, as a plugin hangs: the process ends now");
    ::_exit(1);
  });
}

void Agent::send(Command command) {
  {
    const std::lock_guard lock(mutex_);
    // Twice the same in a row is once, unless somebody waits for the answer.
    const bool again = !commands_.empty() && commands_.back().kind == command.kind && !command.done;
    if (again) return;
    commands_.push_back(std::move(command));
  }
  wake_.notify_one();
}

void Agent::refuse_commands() {
  const std::lock_guard lock(mutex_);
  for (const Command& c : commands_) {
    if (c.done) c.done(Error{ErrorKind::unavailable, "the agent is stopping"});
  }
  commands_.clear();
}

// Nothing: none came for a while in which something is left of a reload.
std::optional<Agent::Command> Agent::next_command() {
  std::unique_lock lock(mutex_);
  const auto any = [this] { return !commands_.empty(); };
  if (pipeline_->settled()) {
    wake_.wait(lock, any);
  } else if (!wake_.wait_for(lock, tend_every, any)) {
    return std::nullopt;
  }
  Command c = std::move(commands_.front());
  commands_.pop_front();
  return c;
}

// ---- the end ------------------------------------------------------------------------------------------------------

void Agent::report() const {
  publish();
  for (const std::string& line : ledger_.violations()) {
    agent_log().error("the ledger does not balance, which is a bug of the agent: " + line);
  }
}

void Agent::finish(int exit_status) {
  if (admin_server_) admin_server_->close();
  control_.stop();
  if (hung_) {
    agent_log().warn("a plugin never came back: the process ends without it");
    ::_exit(exit_status);
  }
  workers_.join(false);
  blocking_.join(false);
}

}  // namespace weir::runtime
