// A whole agent on a disk that dies: lives of it follow each other, each ended by a kill or a power cut somewhere in its
// file system calls, on one SimDisk, in virtual time. The oracle knows every record by its number: what was
// acknowledged has to arrive, in order but for repetitions, and nothing else may come.
//
// WEIR_SIM_SEEDS=FIRST:COUNT runs other seeds than the usual few (tests/campaigns).

#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "core/pipeline/storage.hpp"
#include "core/pipeline/test_plugins.hpp"
#include "core/pipeline/test_world.hpp"
#include "core/queue/sim_disk.hpp"

namespace weir::pipeline::test {
namespace {

using queue::SimDisk;

constexpr std::int64_t ms = 1'000'000;
constexpr int lives = 5;
constexpr std::int64_t batch_rows = 30;
constexpr std::uint64_t seeds_usual = 40;

// What outlives the simulated process.
struct Outside {
  explicit Outside(std::uint64_t seed) : disk(seed), chance(seed * 7919 + 1) {}
  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return chance() % n; }

  SimDisk disk;
  std::mt19937_64 chance;
  std::int64_t sent{0};
  std::set<std::int64_t> acknowledged;
  std::vector<std::int64_t> arrived;
  bool far_end_is_well{false};

  // That of the run at hand: plugins are made by the host and find it here.
  static inline Outside* at{nullptr};
  static inline std::uint64_t acknowledged_in_all{0};
};

// Numbers its records, and remembers which of them were acknowledged.
struct Numbers {
  static constexpr info meta{"numbers", "1.0.0", "Emits numbered records"};
  static inline std::vector<std::pair<std::int64_t, std::int64_t>> batches;  // By cookie - 1.
  static inline std::uint64_t rows_max{40};
  host self;
  void gather(sink& out) {
    if (rows_max == 0) return;
    const std::int64_t first = Outside::at->sent;
    Outside::at->sent += static_cast<std::int64_t>(1 + Outside::at->below(rows_max));
    batches.emplace_back(first, Outside::at->sent);
    emit_options options;
    options.cookie = batches.size();
    out.begin(options);
    for (std::int64_t n = first; n < Outside::at->sent; ++n) out.metric("m").field("n", n);
    out.emit();
  }
  void ack(std::uint64_t cookie, weir_status status) {
    if (status != WEIR_OK || Outside::at->disk.dead()) return;
    const auto [first, end] = batches.at(cookie - 1);
    for (std::int64_t n = first; n < end; ++n) Outside::at->acknowledged.insert(n);
  }
};

// The far end: keeps what arrives; is away or wants to be asked again now and then.
struct FarEnd {
  static constexpr info meta{"far", "1.0.0", "Keeps numbers"};
  weir_status write(const delivery& rows) {
    if (Outside::at->disk.dead()) return WEIR_E_RETRY;  // Nobody writes any more.
    if (!Outside::at->far_end_is_well && Outside::at->below(4) == 0) return WEIR_E_RETRY;
    for (const row r : rows) Outside::at->arrived.push_back(r.find_field("n")->v.i);
    return WEIR_OK;
  }
};

class SimStorage final : public Storage {
 public:
  Disk& disk() override { return Outside::at->disk; }
  Result<std::string> directory() override { return std::string("/state"); }
};

template <typename P, typename S>
S settings_of() {
  S s;
  s.descriptor = plugin_of<P>();
  s.name = P::meta.name;
  s.options.storage.resize(1);
  return s;
}

config::Settings settings_for(bool power, std::uint64_t variant) {
  config::Settings s;
  s.agent.interval_ns = 10 * ms;
  s.agent.flush_interval_ns = variant % 2 == 0 ? 20 * ms : 1000 * ms;
  s.inputs.push_back(settings_of<Numbers, config::InputSettings>());
  s.outputs.push_back(settings_of<FarEnd, config::OutputSettings>());
  auto& output = s.outputs[0];
  output.queue_name = "far";
  output.metric_batch_size = batch_rows;
  output.delivery.queue = variant % 3 == 2 ? config::QueueKind::spill : config::QueueKind::disk;
  output.metric_buffer_limit = variant % 3 == 2 ? 60 : 10000;
  output.delivery.power = power;
  output.delivery.max_bytes = 4 << 20;
  output.delivery.retry_initial_ns = 5 * ms;
  output.delivery.retry_max_ns = 40 * ms;
  return s;
}

// One process: until it dies, or (the last) has delivered everything.
class Life {
 public:
  Life(bool power, std::uint64_t variant) : settings_(settings_for(power, variant)) {
    Numbers::batches.clear();
    world_.storage = &storage_;
    Pipeline::BuildError why{};
    pipeline_ = Pipeline::build(world_.services(), settings_, why);
    refusal_ = why.message;
    if (pipeline_) started_ = pipeline_->run().ok();
  }
  // A dead process does nothing any more, but what it had goes in good order.
  ~Life() {
    if (pipeline_ && started_ && !stopped_) pipeline_->stop(world_.wait());
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  // It could not even open its queue: it died in that, or the queue is bad.
  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

  void run_for(std::int64_t steps) {
    for (std::int64_t i = 0; i < steps && !Outside::at->disk.dead(); ++i) world_.advance(ms);
  }
  // Some of the tasks of a moment are done, and others are not.
  void stop_midway() {
    if (Outside::at->disk.dead() || world_.timers.next_ns() == INT64_MAX) return;
    world_.clock.advance(
        std::max<std::int64_t>(world_.timers.next_ns() - world_.clock.steady_ns(), 0));
    world_.timers.fire_first();
    for (std::uint64_t tasks = Outside::at->below(8); tasks > 0; --tasks) world_.executor.run_one();
  }
  // Everything is delivered, and the ledger balances.
  std::string run_to_the_end() {
    for (int i = 0; i < 5000 && !all_arrived(); ++i) world_.advance(10 * ms);
    stopped_ = true;
    pipeline_->stop(world_.wait());
    std::string wrong;
    for (const auto& line : world_.ledger.violations()) wrong += line;
    return wrong;
  }

 private:
  static bool all_arrived() {
    const std::set<std::int64_t> arrived(Outside::at->arrived.begin(), Outside::at->arrived.end());
    return std::includes(arrived.begin(), arrived.end(), Outside::at->acknowledged.begin(),
                         Outside::at->acknowledged.end());
  }
  World world_;
  SimStorage storage_;
  config::Settings settings_;
  std::unique_ptr<Pipeline> pipeline_;
  bool started_{false}, stopped_{false};
  std::string refusal_;
};

// Acknowledged and not arrived, out of order, or invented; empty = all is well.
std::string judge(bool power) {
  std::ostringstream wrong;
  std::int64_t repeated = 0;
  std::set<std::int64_t> seen;
  std::int64_t last = -1;
  for (const std::int64_t n : Outside::at->arrived) {
    if (!seen.insert(n).second) {
      ++repeated;
      continue;
    }
    if (n < last) wrong << n << " came for the first time behind " << last << "; ";
    if (n >= Outside::at->sent) wrong << n << " was never sent; ";
    last = n;
  }
  for (const std::int64_t n : Outside::at->acknowledged) {
    if (!seen.contains(n)) wrong << n << " was acknowledged and is lost; ";
  }
  // After a power cut the cursor may be older than what was delivered.
  if (!power && repeated > lives * batch_rows) wrong << repeated << " came twice; ";
  return wrong.str();
}

// Where the plan was for a later operation.
void end_of(bool power) {
  SimDisk& disk = Outside::at->disk;
  if (disk.dead()) return;
  power ? disk.power_cut() : disk.kill();
}

void live_and_die(bool power, std::uint64_t seed) {
  Numbers::rows_max = 40;
  const std::uint64_t when = Outside::at->below(120);
  const auto fault = power ? SimDisk::Fault::power_cut : SimDisk::Fault::kill;
  Outside::at->disk.plan({fault, when, SimDisk::Operation::any, {}, 1});
  {
    Life life(power, seed);
    life.run_for(static_cast<std::int64_t>(20 + Outside::at->below(300)));
    life.stop_midway();
    end_of(power);
  }
  Outside::at->disk.forget_plans();
  Outside::at->disk.restart();
}

std::string run_seed(std::uint64_t seed, bool power) {
  Outside all(seed);
  Outside::at = &all;
  for (int i = 0; i < lives; ++i) live_and_die(power, seed);
  Numbers::rows_max = 0;
  all.far_end_is_well = true;
  std::string wrong;
  {
    Life last(power, seed);
    wrong =
        last.started() ? last.run_to_the_end() : "the last agent does not start: " + last.refusal();
  }
  wrong += judge(power);
  Outside::acknowledged_in_all += all.acknowledged.size();
  const std::string story = wrong.empty() ? "" : "\n" + all.disk.story();
  Outside::at = nullptr;
  return wrong + story;
}

std::pair<std::uint64_t, std::uint64_t> seeds() {
  const char* const text = std::getenv("WEIR_SIM_SEEDS");
  if (text == nullptr) return {1, seeds_usual};
  char* rest = nullptr;
  const std::uint64_t first = std::strtoull(text, &rest, 10);
  return {first, *rest == ':' ? std::strtoull(rest + 1, nullptr, 10) : 1};
}

class SimulationTest : public testing::TestWithParam<bool> {};

TEST_P(SimulationTest, NothingAcknowledgedIsLost) {
  const auto [first, count] = seeds();
  Outside::acknowledged_in_all = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    EXPECT_EQ(run_seed(seed, GetParam()), "") << "again: WEIR_SIM_SEEDS=" << seed << ":1";
  }
  EXPECT_GT(Outside::acknowledged_in_all, 0U) << "else nothing was tried";
}

INSTANTIATE_TEST_SUITE_P(KillAndPower, SimulationTest, testing::Bool(),
                         [](const auto& at) { return at.param ? "power_cut" : "kill"; });

}  // namespace
}  // namespace weir::pipeline::test
