#include "core/pipeline/pipeline.hpp"

#include "core/pipeline/test_pipeline.hpp"

namespace weir::pipeline::test {
namespace {

// The record that two reads share leaves with those of the second read.
TEST_F(PipelineTest, ASharedRecordCostsNoBatchOfItsOwn) {
  use_stream(plugin_of<LinesParser>(), {"a\nb", "c\nd\ne", "f\n"});
  settings_.processors.push_back(plugin_settings<PrefixProcessor, config::ProcessorSettings>());
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"p_a", "p_bc", "p_d", "p_ef"}));
  EXPECT_EQ(node("processors").calls, 3U);
}

TEST_F(PipelineTest, ParsersGiveMemoryBackOnceWhenNothingComes) {
  use_stream(plugin_of<LinesParser>(), {"a\n"});
  LinesParser::idles = 0;
  start();
  for (int i = 0; i < 3 * ParseStage::quiet_checks; ++i) pipeline_->rest_where_quiet();
  world_.run();
  EXPECT_EQ(LinesParser::idles, 1);
  world_.advance(second);
  for (int i = 1; i < ParseStage::quiet_checks; ++i) pipeline_->rest_where_quiet();
  world_.run();
  EXPECT_EQ(LinesParser::idles, 1);
  pipeline_->rest_where_quiet();
  world_.run();
  EXPECT_EQ(LinesParser::idles, 2);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(PipelineTest, GathersEachIntervalAndFlushes) {
  start();
  world_.advance(5 * second + 10 * ms);
  EXPECT_GE(NamesInput::gathers, 4);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(NamesOutput::all().size(), static_cast<std::size_t>(NamesInput::gathers));
}

TEST_F(PipelineTest, AlignsGathersToTheInterval) {
  world_.clock.set_wall(1'700'000'000'300'000'000);
  start();
  world_.advance(699 * ms);
  EXPECT_EQ(NamesInput::gathers, 0);
  world_.advance(2 * ms);
  EXPECT_EQ(NamesInput::gathers, 1);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(PipelineTest, AFullBatchIsWrittenAtOnce) {
  settings_.outputs[0].metric_batch_size = 3;
  settings_.agent.flush_interval_ns = 3600 * second;
  NamesInput::names = {"a", "b", "c"};
  start();
  world_.advance(second + 10 * ms);
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c"}));
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(PipelineTest, SmallBatchesAreJoinedIntoOneWrite) {
  settings_.agent.flush_interval_ns = 10 * second;
  start();
  world_.advance(9 * second);
  EXPECT_TRUE(NamesOutput::writes.empty());
  world_.advance(2 * second);
  ASSERT_EQ(NamesOutput::writes.size(), 1U);
  EXPECT_GE(NamesOutput::writes[0].size(), 8U);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(PipelineTest, ProcessorsRunInOrder) {
  settings_.processors.push_back(plugin_settings<DoubleProcessor, config::ProcessorSettings>());
  settings_.processors.push_back(plugin_settings<PrefixProcessor, config::ProcessorSettings>());
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"p_a", "p_a"}));
}

TEST_F(PipelineTest, RowsThatAProcessorDoesNotSelectStayInPlace) {
  NamesInput::names = {"a", "b", "c"};
  settings_.processors.push_back(plugin_settings<PrefixProcessor, config::ProcessorSettings>());
  settings_.processors[0].filter.namepass = {"b"};
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "p_b", "c"}));
}

TEST_F(PipelineTest, EachOutputFiltersForItself) {
  NamesInput::names = {"a", "b"};
  settings_.outputs.push_back(plugin_settings<NamesOutput, config::OutputSettings>());
  settings_.outputs[0].filter.namepass = {"a"};
  settings_.outputs[1].filter.namedrop = {"a"};
  settings_.outputs[1].names.name_prefix = "x_";
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "x_b"}));
}

TEST_F(PipelineTest, RetriesWhatTheOutputCouldNotTakeNow) {
  NamesOutput::answers = {WEIR_E_RETRY, WEIR_E_RETRY};
  start();
  world_.advance(10 * second);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(NamesOutput::all().size(), static_cast<std::size_t>(NamesInput::gathers));
  EXPECT_EQ(node("outputs").retries, 2U);
}

TEST_F(PipelineTest, OnlyTheBadRecordOfABatchIsLost) {
  NamesInput::names = {"a", "b", "bad", "c", "d", "e", "f"};
  NamesOutput::poison = "bad";
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c", "d", "e", "f"}));
  EXPECT_EQ(dropped(metrics::Drop::rejected), 1U);
}

// Also a known one that means nothing for a write.
TEST_F(PipelineTest, AnUnknownStatusIsAFailureOfTheBatch) {
  NamesOutput::answers = {77, -77, WEIR_WOULD_BLOCK, WEIR_DROP};
  settings_.outputs[0].metric_batch_size = 1;
  NamesInput::names = {"a", "b", "c", "d", "e"};
  EXPECT_TRUE(once());
  EXPECT_EQ(dropped(metrics::Drop::rejected), 4U);
  EXPECT_EQ(NamesOutput::all(), Names{"e"});
}

// ---- plugins that break the contract ----------------------------------------------------------------------------

// A plugin of the SDK with some of its functions replaced.
template <typename P, typename KindOps>
struct Spoiled {
  weir_plugin plugin{*plugin_of<P>()};
  weir_ops ops{*plugin.ops};
  KindOps kind_ops{*static_cast<const KindOps*>(plugin.kind_ops)};
  const weir_plugin* make() {
    plugin.ops = &ops;
    plugin.kind_ops = &kind_ops;
    return &plugin;
  }
};

TEST_F(PipelineTest, AnExceptionOfAnOutputCostsTheBatch) {
  static Spoiled<NamesOutput, weir_output_ops> output;
  output.kind_ops.write = [](void*, const weir_delivery*, weir_err*) -> weir_status {
    throw std::runtime_error("nobody catches this");
  };
  settings_.outputs[0].descriptor = output.make();
  EXPECT_TRUE(once());
  EXPECT_EQ(dropped(metrics::Drop::plugin_error), 1U);
}

TEST_F(PipelineTest, AnExceptionInCreateRefusesTheConfiguration) {
  static Spoiled<NamesInput, weir_input_ops> input;
  input.ops.create = [](const weir_host*, const weir_conf*, void**, weir_err*) -> weir_status {
    throw 42;
  };
  settings_.inputs[0].descriptor = input.make();
  Pipeline::BuildError why{};
  EXPECT_EQ(Pipeline::build(world_.services(), settings_, why), nullptr);
  EXPECT_EQ(why.message, "a bug in the plugin was caught: unknown exception");
}

TEST_F(PipelineTest, AnErrorTextLongerThanItsArrayIsCut) {
  static Spoiled<NamesInput, weir_input_ops> input;
  input.ops.create = [](const weir_host*, const weir_conf*, void**, weir_err* err) -> weir_status {
    err->len = err->path_len = 0xffffffffU;
    return WEIR_E_CONFIG;
  };
  settings_.inputs[0].descriptor = input.make();
  Pipeline::BuildError why{};
  EXPECT_EQ(Pipeline::build(world_.services(), settings_, why), nullptr);
  EXPECT_EQ(why.message.size(), sizeof(weir_err::msg));
  EXPECT_EQ(why.path.size(), sizeof(weir_err::path));
}

TEST_F(PipelineTest, RawRowsThatNobodyParsesAreDropped) {
  PiecesInput::pieces = {"one\n"};
  static Spoiled<PiecesInput, weir_input_ops> input;
  input.plugin.flags = 0;
  settings_.inputs[0].descriptor = input.make();
  once();
  EXPECT_EQ(NamesOutput::all(), Names{});
  EXPECT_EQ(node("inputs").dropped[static_cast<std::size_t>(metrics::Drop::invalid_batch)], 1U);
}

TEST_F(PipelineTest, AProcessorMayNotLoseRowsUnsaid) {
  static Spoiled<PrefixProcessor, weir_processor_ops> processor;
  processor.kind_ops.edit = [](void*, weir_buf* inout, const weir_delivery*, std::uint64_t*,
                               weir_err*) -> weir_status {
    reinterpret_cast<weir_batch*>(inout->data)->n_rows = 0;
    return WEIR_OK;
  };
  settings_.processors.push_back(plugin_settings<PrefixProcessor, config::ProcessorSettings>());
  settings_.processors[0].descriptor = processor.make();
  EXPECT_TRUE(once());
  const auto& dropped_rows = node("processors").dropped;
  EXPECT_EQ(dropped_rows[static_cast<std::size_t>(metrics::Drop::invalid_batch)], 1U);
}

TEST_F(PipelineTest, AProcessorThatDoesNotStartStopsTheAgent) {
  static Spoiled<PrefixProcessor, weir_processor_ops> processor;
  processor.ops.start = [](void*, std::int64_t, weir_err* err) {
    return fill(err, WEIR_E_FAIL, "no such table");
  };
  settings_.processors.push_back(plugin_settings<PrefixProcessor, config::ProcessorSettings>());
  settings_.processors[0].descriptor = processor.make();
  Pipeline::BuildError why{};
  pipeline_ = Pipeline::build(world_.services(), settings_, why);
  const Status started = pipeline_->run();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().message, "processors.prefix: no such table");
  pipeline_->stop(world_.wait());
}

// Goal: what an output was given when the time was up stays readable, and is counted once.
TEST_F(PipelineTest, ADeliveryThatOutlivesTheEndIsCountedOnce) {
  static const weir_host* host;
  static std::uint64_t delivery;
  static Spoiled<NamesOutput, weir_output_ops> output;
  output.ops.create = [](const weir_host* h, const weir_conf* conf, void** self, weir_err* err) {
    host = h;
    return plugin_of<NamesOutput>()->ops->create(h, conf, self, err);
  };
  output.kind_ops.write = [](void*, const weir_delivery* in, weir_err*) {
    delivery = in->id;
    return weir_status{WEIR_ASYNC};
  };
  settings_.outputs[0].descriptor = output.make();
  EXPECT_FALSE(once());
  const weir_result done{sizeof done, WEIR_OK, 0, nullptr, 0, 0, {}};
  host->complete(host->ctx, delivery, &done);
  world_.run();
  EXPECT_EQ(dropped(metrics::Drop::shutdown), 1U);
  EXPECT_EQ(node("outputs").out, 0U);
}

TEST_F(PipelineTest, OutputsThatCannotStartAreRetriedWhileInputsRun) {
  NamesOutput::starts = false;
  start();
  world_.advance(3 * second);
  EXPECT_GE(NamesInput::gathers, 2);
  NamesOutput::starts = true;
  world_.advance(10 * second);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(NamesOutput::all().size(), static_cast<std::size_t>(NamesInput::gathers));
}

TEST_F(PipelineTest, WhatADeadOutputLeavesIsCounted) {
  NamesOutput::starts = false;
  start();
  world_.advance(3 * second);
  EXPECT_FALSE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(dropped(metrics::Drop::shutdown), static_cast<std::uint64_t>(NamesInput::gathers));
}

TEST_F(PipelineTest, AggregatesReplaceOriginalsWhenAsked) {
  NamesInput::names = {"a", "b", "c"};
  auto counted = plugin_settings<CountAggregator, config::AggregatorSettings>();
  counted.drop_original = true;
  counted.period_ns = 10 * second;
  counted.names.name_suffix = "_10s";
  settings_.aggregators.push_back(std::move(counted));
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"count_10s"}));
}

TEST_F(PipelineTest, WindowsClosePeriodically) {
  auto counted = plugin_settings<CountAggregator, config::AggregatorSettings>();
  counted.period_ns = 2 * second;
  settings_.aggregators.push_back(std::move(counted));
  start();
  world_.advance(9 * second);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  const Names all = NamesOutput::all();
  EXPECT_GE(std::count(all.begin(), all.end(), "count"), 4);
}

// ---- overflow -----------------------------------------------------------------------------------------------

class OverflowTest : public PipelineTest {
 protected:
  void fill(config::Overflow policy) {
    settings_.outputs[0].metric_buffer_limit = 4;
    settings_.outputs[0].delivery.overflow = policy;
    NamesInput::names = {"a", "b", "c"};
    NamesOutput::starts = false;
    start();
    world_.advance(second * 20);
  }
};

TEST_F(OverflowTest, DropOldestKeepsTheLimitAndCounts) {
  fill(config::Overflow::drop_oldest);
  EXPECT_EQ(node("outputs").queued, 4U);
  EXPECT_EQ(dropped(metrics::Drop::overflow), node("outputs").in - 4);
  EXPECT_FALSE(pipeline_->stop(world_.wait()));
}

TEST_F(OverflowTest, DropNewestKeepsTheFirst) {
  fill(config::Overflow::drop_newest);
  NamesOutput::starts = true;
  EXPECT_EQ(node("outputs").queued, 4U);
  world_.advance(100 * second);
  const Names all = NamesOutput::all();
  ASSERT_GE(all.size(), 4U);
  EXPECT_EQ(Names(all.begin(), all.begin() + 4), (Names{"a", "b", "c", "a"}));
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(OverflowTest, BlockHoldsTheInputBackAndLosesNothing) {
  fill(config::Overflow::block);
  const int gathers = NamesInput::gathers;
  EXPECT_GE(node("inputs").skipped, 5U);
  EXPECT_EQ(node("outputs").dropped_total(), 0U);
  NamesOutput::starts = true;
  world_.advance(120 * second);
  EXPECT_GT(NamesInput::gathers, gathers);
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(NamesOutput::all().size(), 3U * static_cast<std::size_t>(NamesInput::gathers));
}

TEST_F(OverflowTest, WhatWasHeldBackUntilTheEndIsCounted) {
  fill(config::Overflow::block);
  EXPECT_FALSE(pipeline_->stop(world_.wait()));
  EXPECT_EQ(node("outputs").queued, 0U);
  EXPECT_EQ(dropped(metrics::Drop::shutdown), node("outputs").in);
  EXPECT_EQ(node("outputs").in, 3U * static_cast<std::size_t>(NamesInput::gathers));
}

TEST_F(OverflowTest, WaitHoldsForAWhileThenDropsTheOldest) {
  fill(config::Overflow::wait);
  EXPECT_GT(dropped(metrics::Drop::overflow), 0U);
  EXPECT_LE(node("outputs").queued, 4U);
  EXPECT_FALSE(pipeline_->stop(world_.wait()));
}

// ---- streams ------------------------------------------------------------------------------------------------

TEST_F(PipelineTest, AStreamCutAnywhereGivesTheSameRecords) {
  const std::string text = "one\ntwo\nthree";
  for (const weir_plugin* parser : {plugin_of<LinesParser>(), plugin_of<CuttingParser>()}) {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      NamesOutput::reset();
      use_stream(parser, {text.substr(0, cut), text.substr(cut)});
      ASSERT_TRUE(once());
      EXPECT_EQ(NamesOutput::all(), (Names{"one", "two", "three"}))
          << parser->name << " cut at " << cut;
    }
  }
}

TEST_F(PipelineTest, AnInputHearsHowItsBatchWasParsed) {
  AskingInput::heard.clear();
  AskingInput::text = "a\n!b\n!c\nd\n";
  use_stream(plugin_of<LinesParser>(), {});
  settings_.inputs[0].descriptor = plugin_of<AskingInput>();
  start();
  world_.advance(second + 10 * ms);
  EXPECT_EQ(AskingInput::heard, (Names{"5: 0, 2 made, 2 bad: begins with !"}));
  AskingInput::text = "e\n";
  world_.advance(second);
  EXPECT_EQ(AskingInput::heard.back(), "5: 0, 1 made, 0 bad: ");
  EXPECT_TRUE(pipeline_->stop(world_.wait()));
}

TEST_F(PipelineTest, ALostRecordIsASourcesBusinessWhereItIsToBe) {
  settings_.inputs[0].descriptor = plugin_of<WaitingInput>();
  for (const bool nack : {false, true}) {
    WaitingInput::heard.clear();
    NamesOutput::answers = {WEIR_E_FAIL};
    settings_.inputs[0].on_loss_nack = nack;
    EXPECT_TRUE(once());
    EXPECT_EQ(WaitingInput::heard, Names{nack ? "5: -1" : "5: 0"});
  }
}

TEST_F(PipelineTest, WhatTheSourceSaysOfMetricsStandsAboveWhatTheyDo) {
  RowsOutput::rows.clear();
  use_stream(plugin_of<LinesParser>(), {});
  settings_.inputs[0].descriptor = plugin_of<SayingInput>();
  settings_.inputs[0].precision_ns = 1;
  settings_.outputs[0].descriptor = plugin_of<RowsOutput>();
  ASSERT_TRUE(once());
  EXPECT_EQ(RowsOutput::rows, (Names{"renamed t:x n of at 7", "b n"}));
}

TEST_F(PipelineTest, MetricsWithoutANameHaveTheInputs) {
  use_stream(plugin_of<NamelessParser>(), {"one\nTwo\nthree\n"});
  settings_.inputs[0].name = "file";
  settings_.inputs[0].names.name_suffix = "_x";
  ASSERT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"file_x", "Two_x", "file_x"}));
}

TEST_F(PipelineTest, ABadRecordCostsOnlyItself) {
  use_stream(plugin_of<LinesParser>(), {"one\n!bad\ntwo\n"});
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"one", "two"}));
  EXPECT_EQ(node("parsers").dropped[static_cast<std::size_t>(metrics::Drop::parse_error)], 1U);
}

TEST_F(PipelineTest, ARecordBeyondTheLimitIsDroppedAndTheNextOneRead) {
  settings_.weir.max_record_bytes = 8;
  for (const weir_plugin* parser : {plugin_of<LinesParser>(), plugin_of<CuttingParser>()}) {
    NamesOutput::reset();
    use_stream(parser, {"one\nthis is", " far too lon", "g\ntwo\n"});
    ASSERT_TRUE(once());
    EXPECT_EQ(NamesOutput::all(), (Names{"one", "two"})) << parser->name;
  }
}

TEST_F(PipelineTest, TheLimitOfARecordDoesNotDependOnReads) {
  settings_.weir.max_record_bytes = 8;
  const std::string text = "one\n123456789\n12345678\ntwo\nfar too long\nthree\nlongest of all";
  for (const weir_plugin* parser : {plugin_of<LinesParser>(), plugin_of<CuttingParser>()}) {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      NamesOutput::reset();
      use_stream(parser, {text.substr(0, cut), text.substr(cut)});
      ASSERT_TRUE(once());
      EXPECT_EQ(NamesOutput::all(), (Names{"one", "12345678", "two", "three"}))
          << parser->name << " cut at " << cut;
    }
  }
}

TEST_F(PipelineTest, WhatAParserKeepsOfAStreamIsForThatStreamAlone) {
  TwoStreamsInput::pieces = {"a\nx", "b\n1\n", "\ny\n",  "2\n",    "z\n",
                             "",     "",       "c\n3\n", "d\n4\n", ""};
  use_stream(plugin_of<HeadedParser>(), {});
  settings_.inputs[0].descriptor = plugin_of<TwoStreamsInput>();
  ASSERT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"b1", "ax", "ay", "b2", "az", "c3", "d4"}));
}

// ---- rounding -----------------------------------------------------------------------------------------------

TEST(Rounding, RoundsHalvesUpAsGoDoes) {
  EXPECT_EQ(round_time(1'499, 1000), 1000);
  EXPECT_EQ(round_time(1'500, 1000), 2000);
  EXPECT_EQ(round_time(-1'500, 1000), -1000);
  EXPECT_EQ(round_time(1'499, 1), 1'499);
}

TEST(Rounding, LeavesTheEndsOfTimeAsTheyAre) {
  EXPECT_EQ(round_time(INT64_MIN, second), INT64_MIN);
  EXPECT_EQ(round_time(INT64_MAX - 1, second), INT64_MAX - 1);
}

TEST(FirstTick, IsTheNextMultipleWithAHundredthOfSlack) {
  EXPECT_EQ(first_tick_ns(100 * second + 1, 10 * second, 0, true), 110 * second);
  EXPECT_EQ(first_tick_ns(110 * second - 1 * ms, 10 * second, 0, true), 120 * second);
  EXPECT_EQ(first_tick_ns(100 * second, 10 * second, 2 * second, false), 102 * second);
}

}  // namespace
}  // namespace weir::pipeline::test
