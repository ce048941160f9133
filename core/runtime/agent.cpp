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

std::unique_ptr<Agent::Generation> Agent::build(bool rehearsal) {
  auto made = std::make_unique<Generation>();
  made->settings = callbacks_.load();
  if (!made->settings) return nullptr;
  const pipeline::Services services{system_clock(),     control_, *random_, workers_,
                                    blocking_,          budget_,  ledger_,  sockets_,
                                    callbacks_.trusted, &state_,  rehearsal};
  pipeline::Pipeline::BuildError why{};
  made->pipeline = pipeline::Pipeline::build(services, *made->settings, why);
  if (made->pipeline) {
    shutdown_timeout_ns_ = made->settings->weir.shutdown_timeout_ns;
    return made;
  }
  callbacks_.refused(why);
  return nullptr;
}

bool Agent::check() { return build(true) != nullptr; }

bool Agent::wait_until(const std::function<bool()>& done, std::int64_t deadline_steady_ns) const {
  while (!done()) {
    if (system_clock().steady_ns() >= deadline_steady_ns) return false;
    std::this_thread::sleep_for(wait_step);
  }
  return true;
}

// ---- running --------------------------------------------------------------------------------------------------

int Agent::run() {
  current_ = build();
  if (!current_) return 1;
  for (const Status& s : {open_state(), open_admin()}) {
    if (s.ok()) continue;
    agent_log().error(s.error().message);
    return 1;
  }
  watch_signals();
  watch_over(current_->pipeline.get());
  arm_housekeeping();
  if (const Status s = current_->pipeline->run(); !s.ok()) {
    agent_log().error(s.error().message);
    stop_current();
    return 1;
  }
  publish_every_ns_ = current_->settings->agent.flush_interval_ns;
  arm_publishing();
  life_.committed();
  manager_.ready(state());
  heartbeat_.begin(system_clock().steady_ns());
  for (Command c = next_command(); c.kind != Kind::stop; c = next_command()) {
    if (c.kind == Kind::flush) {
      current_->pipeline->flush();
    } else {
      reload_and_tell(c);
    }
  }
  life_.stopping();
  refuse_commands();
  agent_log().info("stopping: what is on its way is written first");
  manager_.stopping("stopping: what is on its way is written first");
  const bool complete = stop_current();
  report();
  return complete ? 0 : 1;
}

int Agent::once(std::int64_t service_wait_ns) {
  current_ = build();
  if (!current_) return 1;
  watch_over(current_->pipeline.get());
  arm_housekeeping();
  const bool ok = current_->pipeline->run_once(
      service_wait_ns,
      [this](const auto& done, std::int64_t deadline) { return wait_until(done, deadline); });
  hung_ = current_->pipeline->has_hung_call();
  report();
  return ok ? 0 : 1;
}

// Whom the watchdog and the budget speak to.
void Agent::watch_over(pipeline::Pipeline* pipeline) {
  const std::lock_guard lock(pipeline_mutex_);
  watched_ = pipeline;
}

bool Agent::stop_current() {
  const bool complete = current_->pipeline->stop(
      [this](const auto& done, std::int64_t deadline) { return wait_until(done, deadline); });
  watch_over(nullptr);
  hung_ = hung_ || current_->pipeline->has_hung_call();
  return complete;
}

// For a person, in one line.
std::string Agent::state() const {
  const config::Settings& s = *current_->settings;
  return "running: " + std::to_string(s.inputs.size()) + " inputs, " +
         std::to_string(s.outputs.size()) + " outputs";
}

// A directory that the configuration names is wanted; the usual one only when something is kept in it.
Status Agent::open_state() {
  if (current_->settings->weir.state_directory.empty()) return ok_status();
  const auto opened = state_.directory();
  return opened.ok() ? ok_status() : Status(opened.error());
}

// Off unless the configuration or the service manager says where. What the latter says is no reason not to run.
Status Agent::open_admin() {
  const config::WeirSettings& weir = current_->settings->weir;
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

// Validated stop-and-start: whatever is wrong with the new one is known before the old one ends.
Status Agent::reload() {
  agent_log().info("reloading the configuration");
  auto next = build();
  if (!next) {
    agent_log().error("the new configuration was refused; the running one goes on as it was");
    return Error{ErrorKind::bad_config, callbacks_.reason ? callbacks_.reason() : ""};
  }
  const std::string keys = keys_for_restart(current_->settings->weir, next->settings->weir);
  if (!keys.empty()) agent_log().warn("of [weir], a restart puts into effect: " + keys);
  stop_current();
  std::swap(current_, next);
  watch_over(current_->pipeline.get());
  publish_every_ns_ = current_->settings->agent.flush_interval_ns;
  // Where a plugin of the old pipeline never came back it keeps its memory.
  if (hung_) (void)next.release();
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): what was released has to stay
  next.reset();
  if (const Status s = current_->pipeline->run(); !s.ok()) {
    agent_log().error("the new configuration does not start: " + s.error().message);
    return s;
  }
  agent_log().info("reloaded");
  return ok_status();
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

// ---- commands ---------------------------------------------------------------------------------------------------

void Agent::watch_signals() {
  control_.on_signals({SIGTERM, SIGINT, SIGHUP, SIGUSR1}, [this](int signal) {
    if (signal == SIGHUP) return send({Kind::reload, {}});
    if (signal != SIGUSR1) arm_last_resort();
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

Agent::Command Agent::next_command() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return !commands_.empty(); });
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
