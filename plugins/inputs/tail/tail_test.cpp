#include "plugins/inputs/tail/tail.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/temp_dir.hpp"

namespace weir::tail {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using Kit = weir::testing::plugin;

class Tailing : public testing::TestWithParam<const char*> {
 public:
  // A violation that the kit finds at its end ends the program.
  ~Tailing() noexcept override = default;

 protected:
  void follow(const std::string& pattern, const std::string& toml = {}) {
    std::string text = "files = ['" + dir_.file(pattern) + "']\npath_tag = ''\n" + toml;
    if (is_parameterized()) text += "\nwatch_method = '" + std::string(GetParam()) + "'";
    kit_.emplace(weir::testing::descriptor<Tail>(), text);
    kit_->start();
  }
  static bool is_parameterized() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    return info != nullptr && info->value_param() != nullptr;
  }
  void append(const std::string& name, std::string_view text) const {
    std::ofstream(dir_.file(name), std::ios::app) << text;
  }
  // Of what was counted before: the lock that this takes stands between who emits and who reads.
  std::string text() {
    kit_->host().wait_rows(0);
    std::string all;
    for (const auto& e : kit_->host().emits()) {
      for (const row r : batch(e.head())) all += r.message();
    }
    return all;
  }
  // Hands over acks until all messages together are this text.
  void wait_text(const std::string& expected) {
    while (lines_seen() < expected.size()) {
      kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
      kit_->ack_all();
    }
    EXPECT_EQ(text(), expected);
  }
  std::size_t lines_seen() { return kit_->metric("bytes_read"); }
  void wait_metric(const char* name, std::uint64_t value) {
    while (kit_->metric(name) != value) {
      kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
      kit_->ack_all();
    }
  }

  const test::TempDir dir_;
  std::optional<Kit> kit_;
};

TEST_P(Tailing, ReadsWhatIsAppended) {
  dir_.write("a.log", "one\ntwo\n");
  follow("a.log", "initial_read_offset = 'beginning'");
  wait_text("one\ntwo\n");
  append("a.log", "thr");
  append("a.log", "ee\nfour");
  wait_text("one\ntwo\nthree\n");
  append("a.log", "\n");
  wait_text("one\ntwo\nthree\nfour\n");
}

TEST_P(Tailing, GoesOnWithTheFileThatTakesItsPlace) {
  dir_.write("a.log", "one\n");
  follow("a.log", "from_beginning = true");
  wait_text("one\n");
  std::filesystem::rename(dir_.file("a.log"), dir_.file("a.log.1"));
  append("a.log.1", "late\n");
  dir_.write("a.log", "new\n");
  wait_text("one\nlate\nnew\n");
  EXPECT_EQ(kit_->metric("rotations"), 1U);
}

TEST_P(Tailing, BeginsAnewWhenTheFileIsCut) {
  dir_.write("a.log", "long line\n");
  follow("a.log", "initial_read_offset = 'beginning'");
  wait_text("long line\n");
  std::filesystem::resize_file(dir_.file("a.log"), 0);
  wait_metric("rotations", 1);
  append("a.log", "x\n");
  wait_text("long line\nx\n");
}

TEST_P(Tailing, FindsNewFiles) {
  dir_.write("a.log", "old\n");
  follow("*.log");
  wait_metric("files_open", 1);
  dir_.write("b.log", "new\n");
  append("a.log", "more\n");
  while (lines_seen() < 9) kit_->ack_all();
  EXPECT_NE(text().find("new\n"), std::string::npos);
  EXPECT_EQ(text().find("old"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Methods, Tailing, testing::Values("inotify", "poll"),
                         [](const auto& test) { return std::string(test.param); });

class TailingOnce : public Tailing {};

TEST_F(TailingOnce, TagsThePathAndStreams) {
  dir_.write("a.log", "m v=1\n");
  kit_.emplace(weir::testing::descriptor<Tail>(),
               "files = ['" + dir_.file("a.log") + "']\ninitial_read_offset = 'beginning'");
  kit_->start();
  kit_->host().wait_rows(1);
  EXPECT_EQ(kit_->take_rows(),
            lines{"raw stream session=1 \"m v=1\\n\" path=" + dir_.file("a.log")});
}

TEST_F(TailingOnce, HoldsAtMostSoManyLines) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i) + "\n";
  dir_.write("a.log", text);
  follow("a.log", "initial_read_offset = 'beginning'\nmax_undelivered_lines = 10");
  while (kit_->metric("lines_undelivered") < 10) {
    kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
  }
  EXPECT_EQ(kit_->metric("lines_read"), 10U);
  wait_text(text);
}

TEST_F(TailingOnce, ReadsLargeFilesInPiecesOfWholeLines) {
  std::string text;
  while (text.size() < 3'000'000) text += std::string(text.size() % 997, 'x') + "\n";
  text += std::string(500'000, 'y') + "\n";
  dir_.write("a.log", text);
  follow("a.log", "initial_read_offset = 'beginning'\nmax_undelivered_lines = 100000");
  wait_text(text);
  for (const auto& e : kit_->host().emits()) {
    EXPECT_EQ((*batch(e.head()).begin()).message().back(), '\n');
  }
}

TEST_F(TailingOnce, WaitsWhileTheHostHasNoRoom) {
  dir_.write("a.log", "one\ntwo\n");
  kit_.emplace(weir::testing::descriptor<Tail>(),
               "files = ['" + dir_.file("a.log") + "']\ninitial_read_offset = 'beginning'",
               [](weir::testing::host& h) { h.block(); });
  kit_->start();
  wait_metric("files_open", 1);
  kit_->host().unblock();
  wait_text("one\ntwo\n");
}

TEST_F(TailingOnce, GoesOnWhereTheLastInstanceStopped) {
  dir_.write("a.log", "old\n");
  follow("a.log");
  wait_metric("files_open", 1);
  append("a.log", "seen\n");
  wait_text("seen\n");
  kit_->close();
  append("a.log", "between\n");
  follow("a.log");
  wait_text("between\n");
}

TEST_F(TailingOnce, MakesRecordsOfTexts) {
  dir_.write("a.log", "first\n  more\nsecond\n");
  follow("a.log", "initial_read_offset = 'beginning'\n[multiline]\npattern = '^\\s'");
  kit_->host().wait_rows(1);
  EXPECT_EQ(kit_->take_rows(), lines{"raw record session=1 \"first  more\""});
  kit_->stop();
  EXPECT_EQ(kit_->take_rows(), lines{"raw record session=1 \"second\""});
}

TEST_F(TailingOnce, ReadsPipes) {
  ASSERT_EQ(::mkfifo(dir_.file("p").c_str(), 0600), 0);
  follow("p", "pipe = true");
  wait_metric("files_open", 1);
  append("p", "one\n");
  wait_text("one\n");
  append("p", "two\n");  // another writer
  wait_text("one\ntwo\n");
}

TEST_F(TailingOnce, WaitsForAFileThatIsMissing) {
  follow("later.log");
  while (!kit_->host().logged_text("later.log cannot be read", WEIR_LOG_WARN)) kit_->events();
  dir_.write("later.log", "here\n");
  wait_text("here\n");
}

TEST(TailConfig, RefusesWhatItDoesNotKnow) {
  const auto refusal = [](const std::string& toml) {
    return failure_of([&] { Kit p(weir::testing::descriptor<Tail>(), toml); }).path;
  };
  EXPECT_EQ(refusal("files = ['a', '[b']"), "files[1]");
  EXPECT_EQ(refusal("watch_method = 'magic'"), "watch_method");
  EXPECT_EQ(refusal("initial_read_offset = 'middle'"), "initial_read_offset");
  EXPECT_EQ(refusal("character_encoding = 'latin1'"), "character_encoding");
  EXPECT_EQ(refusal("filters = ['ansi_color', 'x']"), "filters[1]");
  EXPECT_EQ(refusal("max_undelivered_lines = 0"), "max_undelivered_lines");
  EXPECT_EQ(refusal("[multiline]\npattern = '('"), "multiline.pattern");
}

}  // namespace
}  // namespace weir::tail
