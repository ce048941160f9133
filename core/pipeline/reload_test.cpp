#include <map>
#include <random>

#include "core/pipeline/test_pipeline.hpp"

namespace weir::pipeline::test {
namespace {

// One row a gather, with a number of its own; which instance it is says its option.
struct NumberedInput {
  static constexpr weir::info meta{"numbered", "1.0.0", "Emits numbers"};
  static inline std::int64_t next{0};
  static inline int alive{0}, made{0}, stops{0};
  NumberedInput() { ++alive, ++made; }
  NumberedInput(const NumberedInput&) = delete;
  NumberedInput& operator=(const NumberedInput&) = delete;
  ~NumberedInput() { --alive; }
  void stop() { ++stops; }
  void gather(weir::sink& out) { out.metric("n").field("n", next++); }
};

// Remembers what arrived, by row; answers what the test wants of new instances.
struct NumbersOutput {
  static constexpr weir::info meta{"numbers", "1.0.0", "Keeps numbers"};
  static inline std::map<std::int64_t, int> seen;
  static inline std::int64_t last{-1}, swapped{0}, rows{0};
  static inline int alive{0}, made{0};
  static inline weir_status answer{WEIR_OK};
  NumbersOutput() { ++alive, ++made; }
  NumbersOutput(const NumbersOutput&) = delete;
  NumbersOutput& operator=(const NumbersOutput&) = delete;
  ~NumbersOutput() { --alive; }
  weir_status write(const weir::delivery& d) {
    if (answer != WEIR_OK) return answer;
    for (const weir::row r : d) {
      const std::int64_t n = (*r.fields().begin()).value.i64();
      seen[n] += 1;
      ++rows;
      swapped += n < last ? 1 : 0;
      last = std::max(last, n);
    }
    return WEIR_OK;
  }
};

struct BadProcessor {
  static constexpr weir::info meta{"bad", "1.0.0", "Does not start"};
  void start() { throw weir::fail("no such table"); }
  void edit(weir::editor&) {}
};

using Outcome = Pipeline::Reload::Outcome;

class ReloadTest : public testing::Test {
 protected:
  void SetUp() override {
    NumberedInput::next = 0;
    NumberedInput::stops = NumberedInput::made = 0;
    NumbersOutput::seen.clear();
    NumbersOutput::last = -1;
    NumbersOutput::swapped = NumbersOutput::rows = 0;
    NumbersOutput::made = 0;
    NumbersOutput::answer = WEIR_OK;
    settings_.agent.interval_ns = 100 * ms;
    settings_.agent.flush_interval_ns = second;
    settings_.weir.shutdown_timeout_ns = 2 * second;
    settings_.inputs.push_back(plugin_settings<NumberedInput, config::InputSettings>());
    settings_.outputs.push_back(plugin_settings<NumbersOutput, config::OutputSettings>());
  }
  void TearDown() override {
    if (pipeline_) stop();
    EXPECT_EQ(world_.ledger.violations(), Names{});
    pipeline_.reset();
    world_.run();
    EXPECT_EQ(world_.budget.used_bytes(), 0);
    EXPECT_EQ(NumberedInput::alive, 0);
    EXPECT_EQ(NumbersOutput::alive, 0);
  }
  void start() {
    Pipeline::BuildError why{};
    pipeline_ = Pipeline::build(world_.services(), shared(settings_), why);
    ASSERT_TRUE(pipeline_) << why.message;
    ASSERT_TRUE(pipeline_->run().ok());
    pass(second);
  }
  bool stop() {
    const bool complete = pipeline_->stop(world_.wait());
    pipeline_->tend(world_.wait());
    return complete;
  }
  static SharedSettings shared(const config::Settings& settings) {
    return std::make_shared<const config::Settings>(settings);
  }
  Outcome reload() {
    last_ = pipeline_->reload(shared(settings_), world_.wait());
    return last_.outcome;
  }
  // Time passes, and what left is looked after.
  std::string pass(std::int64_t ns) {
    std::string why;
    for (std::int64_t t = 0; t < ns; t += 50 * ms) {
      world_.advance(50 * ms);
      why += pipeline_->tend(world_.wait()).value_or("");
    }
    return why;
  }
  // Each number that was given out so far, or is still to come out by the end, once.
  void expect_all_once() {
    EXPECT_TRUE(stop());
    pipeline_->tend(world_.wait());
    EXPECT_EQ(NumbersOutput::seen.size(), static_cast<std::size_t>(NumberedInput::next));
    EXPECT_EQ(NumbersOutput::rows, NumberedInput::next);
    pipeline_.reset();
  }

  World world_;
  config::Settings settings_;
  std::unique_ptr<Pipeline> pipeline_;
  Pipeline::Reload last_;
};

TEST_F(ReloadTest, WhatIsTheSameIsNotTouched) {
  start();
  EXPECT_EQ(reload(), Outcome::done);
  pass(2 * second);
  EXPECT_EQ(NumberedInput::made, 1);
  EXPECT_EQ(NumbersOutput::made, 1);
  expect_all_once();
}

TEST_F(ReloadTest, AProcessorIsAddedAndRemovedBetweenTwoParcels) {
  start();
  settings_.processors.push_back(plugin_settings<PrefixProcessor, config::ProcessorSettings>());
  EXPECT_EQ(reload(), Outcome::done);
  pass(second);
  settings_.processors.clear();
  EXPECT_EQ(reload(), Outcome::done);
  pass(second);
  EXPECT_EQ(NumberedInput::made, 1);
  expect_all_once();
}

TEST_F(ReloadTest, AChangedInputIsStoppedBeforeItsSuccessorStarts) {
  start();
  settings_.inputs[0].interval_ns = 50 * ms;
  EXPECT_EQ(reload(), Outcome::done);
  EXPECT_EQ(NumberedInput::stops, 1);
  pass(second);
  EXPECT_EQ(NumberedInput::alive, 1);
  EXPECT_EQ(NumberedInput::made, 2);
  expect_all_once();
}

TEST_F(ReloadTest, ARemovedInputLeavesNothingBehind) {
  settings_.inputs.push_back(settings_.inputs[0]);
  start();
  settings_.inputs.pop_back();
  EXPECT_EQ(reload(), Outcome::done);
  pass(3 * second);
  EXPECT_EQ(NumberedInput::alive, 1);
  expect_all_once();
}

// Goal: a reload repairs the address of a dead output, and what waited for it arrives, in order.
TEST_F(ReloadTest, AChangedOutputTakesOverWhatWaits) {
  NumbersOutput::answer = WEIR_E_RETRY;
  start();
  pass(5 * second);
  NumbersOutput::answer = WEIR_OK;
  settings_.outputs[0].metric_batch_size = 7;
  EXPECT_EQ(reload(), Outcome::done);
  pass(3 * second);
  EXPECT_EQ(NumbersOutput::made, 2);
  EXPECT_EQ(NumbersOutput::alive, 1);
  EXPECT_EQ(NumbersOutput::swapped, 0);
  expect_all_once();
}

TEST_F(ReloadTest, ARemovedOutputWritesWhatItHas) {
  auto other = plugin_settings<NamesOutput, config::OutputSettings>();
  NamesOutput::reset();
  settings_.outputs.push_back(other);
  settings_.agent.flush_interval_ns = 3600 * second;
  start();
  EXPECT_TRUE(NamesOutput::writes.empty());
  settings_.outputs.pop_back();
  EXPECT_EQ(reload(), Outcome::done);
  const auto then = static_cast<std::size_t>(NumberedInput::next);
  pass(3 * second);
  EXPECT_EQ(NamesOutput::all().size(), then);
  expect_all_once();
}

TEST_F(ReloadTest, WhatADeadRemovedOutputHoldsIsCounted) {
  NamesOutput::reset();
  NamesOutput::starts = false;
  settings_.outputs.push_back(plugin_settings<NamesOutput, config::OutputSettings>());
  start();
  settings_.outputs.pop_back();
  EXPECT_EQ(reload(), Outcome::done);
  pass(5 * second);
  std::uint64_t lost = 0;
  for (const auto* n : world_.ledger.nodes()) {
    lost += n->dropped[static_cast<std::size_t>(metrics::Drop::shutdown)];
  }
  EXPECT_GT(lost, 5U);
  expect_all_once();
}

TEST_F(ReloadTest, TheWindowOfARemovedAggregatorIsPushed) {
  NamesOutput::reset();
  settings_.outputs[0] = plugin_settings<NamesOutput, config::OutputSettings>();
  auto counted = plugin_settings<CountAggregator, config::AggregatorSettings>();
  counted.period_ns = 3600 * second;
  counted.drop_original = true;
  settings_.aggregators.push_back(counted);
  start();
  settings_.aggregators.clear();
  EXPECT_EQ(reload(), Outcome::done);
  pass(3 * second);
  const Names all = NamesOutput::all();
  EXPECT_EQ(std::count(all.begin(), all.end(), "count"), 1);
  EXPECT_GT(all.size(), 5U);
}

// ---- what goes wrong ------------------------------------------------------------------------------------------

TEST_F(ReloadTest, APluginThatRefusesItsOptionsChangesNothing) {
  start();
  settings_.inputs[0].interval_ns = 50 * ms;
  settings_.outputs[0].filter.metricpass = "(((";
  EXPECT_EQ(reload(), Outcome::refused);
  EXPECT_EQ(last_.refusal.plugin->name, "numbers");
  pass(second);
  EXPECT_EQ(NumberedInput::made, 1);
  expect_all_once();
}

TEST_F(ReloadTest, AProcessorThatDoesNotStartTakesTheReloadBack) {
  start();
  settings_.outputs[0].metric_batch_size = 7;
  settings_.processors.push_back(plugin_settings<BadProcessor, config::ProcessorSettings>());
  EXPECT_EQ(reload(), Outcome::rolled_back);
  EXPECT_EQ(last_.why, "processors.bad: no such table");
  pass(second);
  expect_all_once();
}

TEST_F(ReloadTest, AnInputThatDoesNotStartBringsBackTheOneBefore) {
  start();
  settings_.inputs[0].interval_ns = 50 * ms;
  settings_.outputs[0].metric_batch_size = 7;
  auto failing = plugin_settings<PiecesInput, config::InputSettings>();
  static weir_plugin plugin = *plugin_of<PiecesInput>();
  static weir_ops ops = *plugin.ops;
  ops.start = [](void*, std::int64_t, weir_err* err) {
    return fill(err, WEIR_E_CONFIG, "will not");
  };
  plugin.ops = &ops;
  failing.descriptor = &plugin;
  settings_.inputs.push_back(failing);
  EXPECT_EQ(reload(), Outcome::rolled_back);
  const std::int64_t then = NumberedInput::next;
  pass(3 * second);
  EXPECT_GT(NumberedInput::next, then + 20);
  EXPECT_EQ(NumberedInput::alive, 1);
  EXPECT_EQ(NumbersOutput::alive, 1);
  expect_all_once();
}

TEST_F(ReloadTest, ANewOutputThatRefusesItsWorkTakesTheReloadBack) {
  start();
  settings_.outputs[0].metric_batch_size = 7;
  NumbersOutput::answer = WEIR_E_CONFIG;
  EXPECT_EQ(reload(), Outcome::done);
  NumbersOutput::answer = WEIR_OK;
  world_.run();
  NumbersOutput::answer = WEIR_E_CONFIG;
  world_.advance(1500 * ms);
  NumbersOutput::answer = WEIR_OK;
  EXPECT_EQ(pass(2 * second), "outputs.numbers refuses its configuration");
  EXPECT_EQ(pipeline_->settings()->outputs[0].metric_batch_size, 1000);
  expect_all_once();
}

TEST_F(ReloadTest, AReloadWhileTheAgentStopsIsRefused) {
  start();
  stop();
  EXPECT_EQ(reload(), Outcome::rolled_back);
  EXPECT_EQ(last_.why, "the agent is stopping");
  pipeline_.reset();
}

// ---- many of them -----------------------------------------------------------------------------------------------

// A configuration by chance; a third of them is refused or does not start.
config::Settings by_chance(const config::Settings& base, std::mt19937& random) {
  const auto one_of = [&random](unsigned n) { return static_cast<unsigned>(random() % n); };
  config::Settings s = base;
  for (unsigned i = one_of(3); i > 0; --i) {
    auto input = base.inputs[0];
    input.alias = "extra" + std::to_string(one_of(3));
    input.interval_ns = (1 + one_of(3)) * 100 * ms;
    const bool taken = std::any_of(s.inputs.begin(), s.inputs.end(),
                                   [&](const auto& other) { return other.alias == input.alias; });
    if (!taken) s.inputs.push_back(input);
  }
  if (one_of(2) == 0) s.outputs[0].metric_batch_size = 1 + one_of(20);
  if (one_of(4) == 0) s.agent.flush_interval_ns = 200 * ms;
  for (unsigned i = one_of(3); i > 0; --i) {
    s.processors.push_back(plugin_settings<PrefixProcessor, config::ProcessorSettings>());
    if (one_of(2) == 0) s.processors.back().filter.namepass = {"p_*"};
  }
  if (one_of(3) == 0) {
    s.aggregators.push_back(plugin_settings<CountAggregator, config::AggregatorSettings>());
    s.aggregators[0].period_ns = (1 + one_of(2)) * second;
    s.aggregators[0].filter.namepass = {"nothing"};
  }
  switch (one_of(9)) {
    case 0: s.outputs[0].filter.metricpass = "((("; break;
    case 1:
    case 2:
      s.processors.push_back(plugin_settings<BadProcessor, config::ProcessorSettings>());
      break;
    default: break;
  }
  return s;
}

TEST_F(ReloadTest, HundredsByChanceLoseNothingAndDoubleNothing) {
  settings_.inputs[0].alias = "untouched";
  const config::Settings base = settings_;
  start();
  int outcomes[3] = {};
  std::size_t nodes = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    settings_ = by_chance(base, random);
    const std::int64_t before = NumberedInput::next;
    outcomes[static_cast<int>(reload())] += 1;
    pass((random() % 4) * 100 * ms);
    pass(100 * ms);
    ASSERT_GT(NumberedInput::next, before);
    ASSERT_LE(NumbersOutput::alive, 60);
    if (seed == 200) nodes = world_.ledger.nodes().size();
  }
  EXPECT_GT(outcomes[0], 150);
  EXPECT_GT(outcomes[1] + outcomes[2], 50);
  EXPECT_LE(world_.ledger.nodes().size(), nodes + 12);
  settings_ = base;
  EXPECT_EQ(reload(), Outcome::done);
  pass(20 * second);
  EXPECT_TRUE(pipeline_->settled());
  EXPECT_EQ(NumberedInput::alive, 1);
  EXPECT_EQ(NumbersOutput::alive, 1);
  expect_all_once();
}

}  // namespace
}  // namespace weir::pipeline::test
