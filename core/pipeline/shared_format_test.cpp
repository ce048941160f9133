#include "core/pipeline/shared_format.hpp"

#include <gtest/gtest.h>

#include "core/pipeline/test_plugins.hpp"
#include "core/pipeline/test_world.hpp"

namespace weir::pipeline::test {
namespace {

constexpr std::int64_t second = 1'000'000'000;

// A row's name and a line end; counts the rows that it was given.
struct NameLines {
  static constexpr weir::info meta{"name_lines", "1.0.0", "A name a line", WEIR_ROWS_ALONE};
  static inline int rows{0};
  static inline std::string poison;
  void serialize(const weir::row& r, weir::text& out) {
    ++rows;
    if (r.name() == poison) throw weir::fail("cannot be written");
    out.append(r.name());
    out.push('\n');
  }
};

struct NameLinesByTurns : NameLines {
  static constexpr weir::info meta{"by_turns", "1.0.0", "A name a line, of rows before it, too"};
};

// Keeps the bytes of each instance.
struct BytesOutput {
  static constexpr weir::info meta{"bytes", "1.0.0", "Keeps bytes", WEIR_WANTS_BYTES};
  static inline std::vector<std::unique_ptr<std::string>> kept;
  static inline std::deque<weir_status> answers;  // The next ones; then OK.
  static constexpr std::size_t nobody = SIZE_MAX;
  static inline std::size_t away{nobody};  // This instance cannot reach its peer.
  const std::size_t number = kept.size();
  std::string* mine = kept.emplace_back(std::make_unique<std::string>()).get();
  weir_status write(const weir::delivery& d) {
    if (number == away) return WEIR_E_RETRY;
    const weir_status status = answers.empty() ? weir_status{WEIR_OK} : answers.front();
    if (!answers.empty()) answers.pop_front();
    if (status != WEIR_OK) return status;
    for (const weir::row r : d) mine->append(d.bytes_of(r.index()));
    return WEIR_OK;
  }
};

// names -> outputs of one format, in virtual time.
class SharedFormatTest : public testing::Test {
 protected:
  void SetUp() override {
    NameLines::rows = 0;
    NameLines::poison.clear();
    BytesOutput::kept.clear();
    BytesOutput::answers.clear();
    NamesInput::names.clear();
    for (int i = 0; i < 150; ++i) {
      NamesInput::names.push_back("m" + std::to_string(i));
      all_ += NamesInput::names.back() + "\n";
    }
    settings_.agent.interval_ns = second;
    settings_.inputs.push_back(settings_of<NamesInput, config::InputSettings>());
    add_output();
    add_output();
  }
  void TearDown() override {
    EXPECT_EQ(world_.ledger.violations(), std::vector<std::string>{});
    pipeline_.reset();
    EXPECT_EQ(world_.budget.used_bytes(), 0);
  }
  template <typename P, typename S>
  static S settings_of() {
    S s;
    s.descriptor = plugin_of<P>();
    s.name = P::meta.name;
    s.options.storage.resize(1);
    return s;
  }
  void add_output() {
    auto output = settings_of<BytesOutput, config::OutputSettings>();
    output.metric_batch_size = 100;
    output.serializer = settings_of<NameLines, config::FormatSettings>();
    settings_.outputs.push_back(std::move(output));
  }
  bool once() {
    Pipeline::BuildError why{};
    pipeline_ = Pipeline::build(world_.services(), settings_, why);
    return pipeline_ && pipeline_->run_once(0, world_.wait());
  }
  static const std::string& kept(std::size_t output) { return *BytesOutput::kept[output]; }

  World world_;
  config::Settings settings_;
  std::unique_ptr<Pipeline> pipeline_;
  std::string all_;
};

TEST_F(SharedFormatTest, EachRowIsSerializedOnce) {
  add_output();
  EXPECT_TRUE(once());
  EXPECT_EQ(NameLines::rows, 150);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(kept(i), all_);
}

TEST_F(SharedFormatTest, BatchesOfOtherSizesAreSlicesOfTheSameBytes) {
  settings_.outputs[1].metric_batch_size = 37;
  EXPECT_TRUE(once());
  EXPECT_EQ(NameLines::rows, 150);
  EXPECT_EQ(kept(0), all_);
  EXPECT_EQ(kept(1), all_);
}

TEST_F(SharedFormatTest, TriesAgainWithTheSameBytes) {
  BytesOutput::answers = {WEIR_E_RETRY, WEIR_E_SPLIT};
  EXPECT_TRUE(once());
  EXPECT_EQ(NameLines::rows, 150);
  EXPECT_EQ(kept(0), all_);
  EXPECT_EQ(kept(1), all_);
}

TEST_F(SharedFormatTest, OtherOptionsAreAnotherFormat) {
  settings_.outputs[1].serializer->options.storage[0] = 1;
  EXPECT_TRUE(once());
  EXPECT_EQ(NameLines::rows, 300);
  EXPECT_EQ(kept(1), all_);
}

TEST_F(SharedFormatTest, SerializersThatDoNotAllowItAreNotShared) {
  for (auto& o : settings_.outputs) {
    o.serializer = settings_of<NameLinesByTurns, config::FormatSettings>();
  }
  EXPECT_TRUE(once());
  EXPECT_EQ(NameLines::rows, 300);
}

TEST_F(SharedFormatTest, AnOutputThatSelectsSerializesForItself) {
  settings_.outputs[1].filter.namedrop = {"m149"};
  EXPECT_TRUE(once());
  EXPECT_EQ(NameLines::rows, 299);
  EXPECT_EQ(kept(0), all_);
  EXPECT_EQ(kept(1), all_.substr(0, all_.size() - 5));
}

TEST_F(SharedFormatTest, AnOutputThatRenamesSerializesForItself) {
  settings_.outputs[1].names.name_override = "x";
  EXPECT_TRUE(once());
  EXPECT_EQ(kept(0), all_);
  EXPECT_EQ(kept(1).substr(0, 4), "x\nx\n");
}

TEST_F(SharedFormatTest, ARowThatCannotBeWrittenIsLostInEachOutputAndAlone) {
  NameLines::poison = "m0";
  EXPECT_TRUE(once());
  EXPECT_EQ(kept(0), all_.substr(3));
  EXPECT_EQ(kept(1), all_.substr(3));
}

TEST_F(SharedFormatTest, FewRowsAreNotWorthIt) {
  NamesInput::names.resize(SharedFormat::rows_min - 1);
  EXPECT_TRUE(once());
  EXPECT_EQ(NameLines::rows, 2 * (static_cast<int>(SharedFormat::rows_min) - 1));
}

// The oldest bytes that an output is late for make room; it makes them again when its turn comes.
TEST_F(SharedFormatTest, KeepsNoMoreThanItsPart) {
  constexpr int gathers = 5;
  constexpr std::int64_t bytes_of_a_block = Serializer::first_bytes;
  World small(SharedFormat::kept_part * 2 * bytes_of_a_block);
  BytesOutput::away = 1;
  Pipeline::BuildError why{};
  auto pipeline = Pipeline::build(small.services(), settings_, why);
  ASSERT_TRUE(pipeline && pipeline->run().ok()) << why.message;
  small.advance(gathers * second);
  EXPECT_GE(NameLines::rows, 150 * gathers);
  EXPECT_LT(small.budget.used_bytes(), gathers * bytes_of_a_block);
  BytesOutput::away = BytesOutput::nobody;
  EXPECT_TRUE(pipeline->stop(small.wait()));
  EXPECT_GT(NameLines::rows, 150 * gathers);
  EXPECT_EQ(kept(0), kept(1));
  EXPECT_EQ(kept(1).size() % all_.size(), 0U);
}

}  // namespace
}  // namespace weir::pipeline::test
