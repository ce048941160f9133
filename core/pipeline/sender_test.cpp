#include "core/pipeline/sender.hpp"

#include "core/pipeline/test_pipeline.hpp"

namespace weir::pipeline::test {
namespace {

// Emits a row for each name, each in a batch of its own whose end it wants to hear of.
struct AskingForAcks {
  static constexpr info meta{"acks", "1.0.0", "Wants every batch acknowledged"};
  static inline Names names;
  static inline Names heard;  // "cookie:status"
  host self;
  void gather(sink& out) {
    emit_options options;
    for (const auto& name : names) {
      ++options.cookie;
      out.begin(options);
      out.metric(name).field("n", std::int64_t{1});
      out.emit();
    }
    names.clear();
  }
  void ack(std::uint64_t cookie, weir_status status) {
    heard.push_back(std::to_string(cookie) + ":" + std::to_string(status));
  }
};

// Takes three batches at a time and answers when the test says so.
struct LateOutput {
  static constexpr info meta{"late", "1.0.0", "Answers later", 0, 3};
  static inline std::vector<std::pair<std::uint64_t, Names>> open;
  static inline Names sent;  // All names of each attempt.
  static inline const LateOutput* one{nullptr};
  host self;
  void init() { one = this; }
  weir_status write(const delivery& d) {
    Names names;
    for (const row r : d) names.emplace_back(r.name());
    sent.insert(sent.end(), names.begin(), names.end());
    open.emplace_back(d.id(), std::move(names));
    return WEIR_ASYNC;
  }
  static void answer(const std::string& name, weir_status status) {
    const auto at = std::find_if(open.begin(), open.end(),
                                 [&](const auto& o) { return o.second.front() == name; });
    ASSERT_NE(at, open.end()) << name;
    const std::uint64_t id = at->first;
    open.erase(at);
    weir_result result{};
    result.size = sizeof result;
    result.status = status;
    one->self.complete(id, result);
  }
};

class SenderTest : public PipelineTest {
 protected:
  void SetUp() override {
    PipelineTest::SetUp();
    LateOutput::open.clear();
    LateOutput::sent.clear();
    AskingForAcks::heard.clear();
    settings_.outputs[0].metric_batch_size = 1;
  }
  void use_late_output() {
    settings_.outputs.clear();
    settings_.outputs.push_back(plugin_settings<LateOutput, config::OutputSettings>());
    settings_.outputs[0].metric_batch_size = 1;
    settings_.outputs[0].delivery.max_in_flight = 3;
  }
  void use_acks(const Names& names) {
    AskingForAcks::names = names;
    settings_.inputs.clear();
    settings_.inputs.push_back(plugin_settings<AskingForAcks, config::InputSettings>());
  }
  void answer(const std::string& name, weir_status status) {
    LateOutput::answer(name, status);
    world_.run();
  }
};

TEST_F(SenderTest, KeepsSeveralBatchesInFlight) {
  use_late_output();
  NamesInput::names = {"a", "b", "c", "d", "e"};
  start();
  world_.advance(second);
  EXPECT_EQ(LateOutput::sent, (Names{"a", "b", "c"}));
  EXPECT_EQ(node("outputs").in_flight, 3U);
  answer("b", WEIR_OK);
  EXPECT_EQ(LateOutput::sent, (Names{"a", "b", "c", "d"}));
  NamesInput::names.clear();
  for (const char* name : {"a", "c", "d", "e"}) answer(name, WEIR_OK);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(node("outputs").out, 5U);
}

// Goal: what failed goes again before what was not sent yet, and after all that was sent behind it has an answer.
TEST_F(SenderTest, SendsAgainInOrder) {
  use_late_output();
  NamesInput::names = {"a", "b", "c", "d"};
  start();
  world_.advance(second);
  NamesInput::names.clear();
  answer("a", WEIR_E_RETRY);
  world_.advance(2 * second);
  EXPECT_EQ(LateOutput::sent, (Names{"a", "b", "c"}));
  answer("b", WEIR_E_RETRY);
  answer("c", WEIR_OK);
  world_.advance(4 * second);
  EXPECT_EQ(LateOutput::sent, (Names{"a", "b", "c", "a", "b", "d"}));
  for (const char* name : {"a", "b", "d"}) answer(name, WEIR_OK);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(node("outputs").out, 4U);
  EXPECT_EQ(node("outputs").retries, 2U);
}

TEST_F(SenderTest, TriesWithOneBatchAfterRepeatedFailure) {
  use_late_output();
  settings_.outputs[0].delivery.retry_max_ns = second;
  NamesInput::names = {"a", "b", "c"};
  start();
  world_.advance(second);
  NamesInput::names.clear();
  for (std::uint32_t i = 0; i < Sender::breaker_failures; ++i) {
    for (const char* name : {"a", "b", "c"}) {
      if (!LateOutput::open.empty()) answer(name, WEIR_E_RETRY);
    }
    world_.advance(2 * second);
  }
  EXPECT_EQ(LateOutput::open.size(), 1U);
  answer("a", WEIR_OK);
  EXPECT_EQ(LateOutput::open.size(), 2U);
  for (const char* name : {"b", "c"}) answer(name, WEIR_OK);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(SenderTest, AcknowledgesWhenTheOutputHasTheRows) {
  use_late_output();
  use_acks({"a", "b"});
  start();
  world_.advance(second);
  EXPECT_EQ(AskingForAcks::heard, Names{});
  answer("b", WEIR_OK);
  EXPECT_EQ(AskingForAcks::heard, Names{"2:0"});
  answer("a", WEIR_OK);
  EXPECT_EQ(AskingForAcks::heard, (Names{"2:0", "1:0"}));
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(SenderTest, ARejectedRecordIsNackedOnlyWhereAskedTo) {
  for (const bool nack : {false, true}) {
    AskingForAcks::heard.clear();
    use_acks({"bad", "good"});
    NamesOutput::poison = "bad";
    settings_.inputs[0].on_loss_nack = nack;
    EXPECT_TRUE(once());
    EXPECT_EQ(AskingForAcks::heard, (Names{nack ? "1:-1" : "1:0", "2:0"}));
  }
}

// Goal: an acknowledgement never says more than what happened.
TEST_F(SenderTest, WhatTheEndCutsOffIsNotAcknowledged) {
  use_acks({"a"});
  NamesOutput::starts = false;
  start();
  world_.advance(second);
  EXPECT_FALSE(pipeline_->stop(world_.wait()));
  world_.run();
  EXPECT_EQ(AskingForAcks::heard, Names{"1:-1"});
}

TEST_F(SenderTest, AnInputThatWaitsForAcksIsHeldAndNothingOfItDropped) {
  use_acks({"a", "b", "c", "d"});
  settings_.outputs[0].metric_buffer_limit = 2;
  settings_.outputs[0].delivery.overflow = config::Overflow::drop_oldest;
  NamesOutput::starts = false;
  start();
  world_.advance(10 * second);
  EXPECT_EQ(dropped(metrics::Drop::overflow), 0U);
  EXPECT_EQ(AskingForAcks::heard, Names{});
  NamesOutput::starts = true;
  world_.advance(60 * second);
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c", "d"}));
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(SenderTest, SendsNoFasterThanTheRate) {
  settings_.outputs[0].delivery.rate_rows = 2;
  settings_.agent.interval_ns = 100 * second;
  NamesInput::names = {"a", "b", "c", "d", "e", "f"};
  start();
  world_.advance(100 * second);
  const std::size_t burst = NamesOutput::all().size();
  EXPECT_LE(burst, 3U);
  world_.advance(second + 10 * ms);
  EXPECT_GT(NamesOutput::all().size(), burst);
  EXPECT_LE(NamesOutput::all().size(), burst + 3);
  NamesInput::names.clear();
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(NamesOutput::all().size(), 6U);
}

TEST_F(SenderTest, AnotherOutputTakesWhatOneGivesUp) {
  NamesInput::names = {"good", "bad"};
  NamesOutput::poison = "bad";
  settings_.outputs[0].filter.namedrop = {"never"};
  settings_.outputs[0].delivery.dead_letter = config::DeadLetterKind::output;
  settings_.outputs[0].delivery.dead_letter_output = "graves";
  settings_.outputs.push_back(plugin_settings<NamesOutput, config::OutputSettings>());
  settings_.outputs[1].alias = "graves";
  settings_.outputs[1].filter.namepass = {"bad"};
  settings_.outputs[1].names.name_override = "buried";
  EXPECT_TRUE(once());
  const Names all = NamesOutput::all();
  EXPECT_EQ(std::count(all.begin(), all.end(), "good"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "buried"), 2) << "its own, and the letter";
  EXPECT_EQ(node("outputs").dead_lettered, 1U);
}

TEST_F(SenderTest, ADeadLetterNeedsAnAddress) {
  settings_.outputs[0].delivery.dead_letter = config::DeadLetterKind::output;
  settings_.outputs[0].delivery.dead_letter_output = "nobody";
  Pipeline::BuildError why{};
  EXPECT_EQ(Pipeline::build(world_.services(), settings_, why), nullptr);
  EXPECT_EQ(why.path, "delivery");
}

TEST(AdaptiveLimit, ShrinksWhereThePeerGetsSlowerAndGrowsAgain) {
  AdaptiveLimit limit(8, true);
  EXPECT_EQ(limit.now(), 1U);
  for (int i = 0; i < 100; ++i) limit.succeeded(1000, 1000);
  EXPECT_EQ(limit.now(), 8U);
  for (int i = 0; i < 10; ++i) limit.succeeded(5000, 1000);
  EXPECT_LT(limit.now(), 6U);
  limit.failed();
  EXPECT_LT(limit.now(), 3U);
  for (int i = 0; i < 300; ++i) limit.succeeded(5000, 1000);
  EXPECT_EQ(limit.now(), 8U) << "the peer is slower for good";
  EXPECT_EQ(AdaptiveLimit(8, false).now(), 8U);
}

// Goal: what only an aggregate is left of is acknowledged with the aggregate.
TEST_F(SenderTest, ASourceWaitsForTheAggregateThatReplacesItsRows) {
  for (const bool replaced : {false, true}) {
    AskingForAcks::heard.clear();
    use_acks({"a"});
    settings_.aggregators.clear();
    settings_.aggregators.push_back(plugin_settings<CountAggregator, config::AggregatorSettings>());
    settings_.aggregators[0].drop_original = replaced;
    settings_.aggregators[0].period_ns = 50 * second;
    start();
    world_.advance(10 * second);
    EXPECT_EQ(AskingForAcks::heard, replaced ? Names{} : Names{"1:0"});
    world_.advance(60 * second);
    EXPECT_EQ(AskingForAcks::heard, Names{"1:0"});
    EXPECT_TRUE(pipeline_->stop(world_.wait()));
  }
}

// Goal: the end waits for what is with the plugin, also while it backs off.
TEST_F(SenderTest, TheEndWaitsForABatchThatIsTriedAgain) {
  settings_.outputs[0].metric_batch_size = 10;
  NamesOutput::answers = {WEIR_E_RETRY, WEIR_E_RETRY};
  NamesInput::names = {"a", "b"};
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b"}));
}

// Pieces of one stream, each of which wants to hear when it is safe.
struct AskingPieces {
  static constexpr info meta{"asking_pieces", "1.0.0", "Wants pieces acknowledged", WEIR_EMITS_RAW};
  host self;
  void gather(sink& out) {
    emit_options options;
    for (const char* piece : {"one\ntw", "o", "\nthree\n"}) {
      ++options.cookie;
      out.begin(options);
      out.raw(piece, WEIR_RAW_STREAM, 7, false);
      out.emit();
    }
  }
  void ack(std::uint64_t cookie, weir_status status) {
    AskingForAcks::heard.push_back(std::to_string(cookie) + ":" + std::to_string(status));
  }
};

TEST_F(SenderTest, APieceIsSafeWhenItsLastRecordIs) {
  use_late_output();
  settings_.inputs.clear();
  settings_.inputs.push_back(plugin_settings<AskingPieces, config::InputSettings>());
  settings_.inputs[0].parser.emplace();
  settings_.inputs[0].parser->descriptor = plugin_of<LinesParser>();
  settings_.inputs[0].parser->options.storage.resize(1);
  settings_.agent.interval_ns = 100 * second;
  start();
  world_.advance(100 * second);
  EXPECT_EQ(LateOutput::sent, (Names{"one", "two", "three"}));
  answer("one", WEIR_OK);
  answer("three", WEIR_OK);
  EXPECT_EQ(AskingForAcks::heard, Names{});
  answer("two", WEIR_OK);
  EXPECT_EQ(AskingForAcks::heard.size(), 3U);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(SenderTest, DropsWhatWaitedForTooLong) {
  settings_.outputs[0].delivery.max_age_ns = 5 * second;
  NamesOutput::starts = false;
  start();
  world_.advance(3 * second);
  const auto early = static_cast<std::uint64_t>(NamesInput::gathers);
  NamesInput::names.clear();
  world_.advance(57 * second);
  NamesOutput::starts = true;
  NamesInput::names = {"late"};
  world_.advance(60 * second);
  EXPECT_EQ(dropped(metrics::Drop::expired), early);
  EXPECT_GT(NamesOutput::writes.size(), 0U);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

}  // namespace
}  // namespace weir::pipeline::test
