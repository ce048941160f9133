#include "core/pipeline/spool.hpp"

#include "core/pipeline/storage.hpp"
#include "core/pipeline/test_pipeline.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::pipeline::test {
namespace {

class TestStorage final : public Storage {
 public:
  Disk& disk() override { return system_disk(); }
  Result<std::string> directory() override { return folder_.path().string(); }

 private:
  weir::test::TempDir folder_;
};

// names -> a queue on disk -> kept; a test may end the agent and start another on the same disk.
class SpoolTest : public PipelineTest {
 protected:
  void SetUp() override {
    PipelineTest::SetUp();
    world_.storage = &storage_;
    settings_.outputs[0].queue_name = "main";
    settings_.outputs[0].delivery.queue = config::QueueKind::disk;
    settings_.outputs[0].delivery.dead_letter = config::DeadLetterKind::disk;
    settings_.outputs[0].metric_batch_size = 2;
  }
  // Ends the pipeline as a new process would find it.
  void stop() {
    stopped_well_ = pipeline_->stop(world_.wait());
    pipeline_.reset();
  }
  void gather_and_stop(const Names& names) {
    NamesInput::names = names;
    NamesInput::gathers = 0;
    settings_.agent.interval_ns = 100 * second;
    start();
    world_.advance(100 * second);
    stop();
  }

  void reload(const config::Settings& next) {
    const auto wait = world_.wait();
    const auto done = pipeline_->reload(std::make_shared<const config::Settings>(next), wait);
    EXPECT_EQ(done.outcome, Pipeline::Reload::Outcome::done) << done.why << done.refusal.message;
    for (int i = 0; i < 100; ++i) {
      world_.advance(100 * ms);
      pipeline_->tend(wait);
    }
  }

  TestStorage storage_;
  bool stopped_well_{false};
};

TEST_F(SpoolTest, RowsGoThroughTheDisk) {
  NamesInput::names = {"a", "b", "c"};
  EXPECT_TRUE(once());
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c"}));
  EXPECT_EQ(node("outputs").out, 3U);
  EXPECT_EQ(node("outputs").queued, 0U);
}

TEST_F(SpoolTest, WhatADeadOutputLeavesIsSentByTheNextAgent) {
  NamesOutput::starts = false;
  gather_and_stop({"a", "b", "c"});
  EXPECT_TRUE(stopped_well_);
  EXPECT_EQ(node("outputs").queued, 3U);
  EXPECT_EQ(dropped(metrics::Drop::shutdown), 0U);
  NamesOutput::starts = true;
  gather_and_stop({"d"});
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c", "d"}));
}

TEST_F(SpoolTest, OnlyWhatWasNotDeliveredComesAgain) {
  NamesOutput::answers = {WEIR_OK, WEIR_E_RETRY, WEIR_E_RETRY, WEIR_E_RETRY, WEIR_E_RETRY};
  settings_.outputs[0].delivery.retry_initial_ns = 1000 * second;
  settings_.outputs[0].delivery.retry_max_ns = 1000 * second;
  gather_and_stop({"a", "b", "c", "d", "e"});
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b"}));
  NamesOutput::answers.clear();
  gather_and_stop({});
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c", "d", "e"}));
}

TEST_F(SpoolTest, ABadRecordIsBisectedOutOnDiskToo) {
  settings_.outputs[0].metric_batch_size = 4;
  NamesOutput::poison = "bad";
  gather_and_stop({"a", "bad", "b", "c", "d"});
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c", "d"}));
  EXPECT_EQ(node("outputs").dead_lettered, 1U);
  gather_and_stop({});
  EXPECT_EQ(NamesOutput::all().size(), 4U);
}

TEST_F(SpoolTest, SpillUsesTheDiskOnlyWhenMemoryIsFullAndKeepsOrder) {
  settings_.outputs[0].delivery.queue = config::QueueKind::spill;
  settings_.outputs[0].metric_buffer_limit = 3;
  NamesInput::names = {"a", "b"};
  NamesOutput::starts = false;
  start();
  world_.advance(second);
  EXPECT_EQ(node("outputs").queued, 2U);
  NamesInput::names = {"c", "d"};
  world_.advance(second);
  NamesInput::names = {"e"};
  world_.advance(second);
  NamesInput::names.clear();
  EXPECT_EQ(node("outputs").queued, 5U);
  NamesOutput::starts = true;
  world_.advance(100 * second);
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c", "d", "e"}));
  NamesInput::names = {"f"};
  world_.advance(2 * second);
  stop();
  EXPECT_EQ(NamesOutput::all().back(), "f");
}

TEST_F(SpoolTest, SpillKeepsWhatWasInMemoryAtTheEnd) {
  settings_.outputs[0].delivery.queue = config::QueueKind::spill;
  NamesOutput::starts = false;
  gather_and_stop({"a", "b"});
  EXPECT_TRUE(stopped_well_);
  NamesOutput::starts = true;
  gather_and_stop({});
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b"}));
}

TEST_F(SpoolTest, AFullDiskQueueDropsTheOldestWhenTheOutputStaysAway) {
  settings_.outputs[0].delivery.max_bytes = 1 << 20;
  settings_.outputs[0].delivery.overflow = config::Overflow::drop_oldest;
  NamesInput::names.assign(1000, "name");
  NamesOutput::starts = false;
  start();
  world_.advance(60 * second);
  const std::uint64_t gone = dropped(metrics::Drop::overflow);
  EXPECT_GT(gone, 0U);
  EXPECT_GT(node("outputs").queued, 5000U);
  NamesInput::names.clear();
  NamesOutput::starts = true;
  settings_.outputs[0].metric_batch_size = 1000;
  world_.advance(1000 * second);
  stop();
  EXPECT_EQ(NamesOutput::all().size() + dropped(metrics::Drop::overflow), node("outputs").in);
}

// Goal: three bad records among many arrive in the dead letters with their reason, all others where they belong.
TEST_F(SpoolTest, BadRecordsAreKeptApartWithTheirReason) {
  settings_.outputs[0].metric_batch_size = 1000;
  NamesOutput::poison = "bad";
  Names names(1000, "good");
  names[1] = names[500] = names[999] = "bad";
  gather_and_stop(names);
  EXPECT_EQ(NamesOutput::all().size(), 997U);
  EXPECT_EQ(node("outputs").dead_lettered, 3U);
  EXPECT_LT(NamesOutput::tries, 3 * 20 + 1);
  queue::DiskQueue::Settings s;
  s.directory = storage_.directory().value() + "/dead/main";
  queue::DiskQueue::Recovery found;
  const auto dead = queue::DiskQueue::open(system_disk(), world_.budget, s, found);
  ASSERT_TRUE(dead.ok()) << dead.error().message;
  EXPECT_EQ(found.records, 3U);
  const auto letter = dead.value()->take();
  ASSERT_TRUE(letter.ok());
  EXPECT_NE(letter.value().meta.find("\"reason\":\""), std::string::npos) << letter.value().meta;
  EXPECT_EQ(letter.value().rows.count(), 1U);
}

// ---- reloads --------------------------------------------------------------------------------------------------

TEST_F(SpoolTest, AnotherAddressTakesOverTheQueueOnDisk) {
  NamesOutput::starts = false;
  settings_.outputs[0].destination = "there";
  NamesInput::names = {"a", "b", "c"};
  start();
  world_.advance(second);
  NamesInput::names.clear();
  config::Settings next = settings_;
  next.outputs[0].destination = "here";
  next.outputs[0].metric_batch_size = 5;
  NamesOutput::starts = true;
  reload(next);
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c"}));
  stop();
  settings_ = next;
  gather_and_stop({"d"});
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c", "d"}));
}

TEST_F(SpoolTest, AnOutputThatComesBackHasItsQueueOnDisk) {
  NamesOutput::starts = false;
  NamesInput::names = {"a", "b", "c"};
  start();
  world_.advance(second);
  NamesInput::names.clear();
  config::Settings without = settings_;
  without.outputs[0] = plugin_settings<NamesOutput, config::OutputSettings>();
  without.outputs[0].alias = "other";
  const auto wait = world_.wait();
  const auto done = pipeline_->reload(std::make_shared<const config::Settings>(without), wait);
  EXPECT_EQ(done.outcome, Pipeline::Reload::Outcome::done);
  NamesOutput::starts = true;
  reload(settings_);
  EXPECT_EQ(NamesOutput::all(), (Names{"a", "b", "c"}));
  stop();
}

TEST_F(SpoolTest, TwoAgentsCannotHaveOneQueue) {
  Pipeline::BuildError why{};
  const auto one = Pipeline::build(world_.services(), settings_, why);
  ASSERT_TRUE(one) << why.message;
  EXPECT_EQ(Pipeline::build(world_.services(), settings_, why), nullptr);
  EXPECT_EQ(why.path, "delivery");
}

// An input that waits for acks gets them from the disk, not from the output.
struct DiskAcks {
  static constexpr info meta{"disk_acks", "1.0.0", "Wants its batches acknowledged"};
  static inline int emitted{0};
  static inline int heard{0};
  host self;
  void gather(sink& out) {
    emit_options options;
    options.cookie = static_cast<std::uint64_t>(++emitted);
    out.begin(options);
    out.metric("m").field("n", std::int64_t{1});
    out.emit();
  }
  void ack(std::uint64_t, weir_status status) { heard += status == WEIR_OK ? 1 : 1000; }
};

class SpoolAckTest : public SpoolTest, public testing::WithParamInterface<bool> {};

TEST_P(SpoolAckTest, ADeadOutputDoesNotStallASource) {
  DiskAcks::emitted = DiskAcks::heard = 0;
  settings_.inputs.clear();
  settings_.inputs.push_back(plugin_settings<DiskAcks, config::InputSettings>());
  settings_.outputs[0].delivery.power = GetParam();
  NamesOutput::starts = false;
  start();
  world_.advance(20 * second + 100 * ms);
  EXPECT_EQ(DiskAcks::heard, DiskAcks::emitted);
  EXPECT_GT(DiskAcks::heard, 10);
  NamesOutput::starts = true;
  world_.advance(60 * second);
  stop();
  EXPECT_EQ(NamesOutput::all().size(), static_cast<std::size_t>(DiskAcks::emitted));
}

INSTANTIATE_TEST_SUITE_P(ProcessAndPower, SpoolAckTest, testing::Bool());

}  // namespace
}  // namespace weir::pipeline::test
