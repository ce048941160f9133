#include "plugins/inputs/file/file.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/temp_dir.hpp"

namespace weir::file_input {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;

class FileInput : public testing::Test {
 public:
  // A violation that the kit finds at its end ends the program.
  ~FileInput() noexcept override = default;

 protected:
  using Kit = weir::testing::plugin;

  Kit& use(const std::string& toml, const std::function<void(weir::testing::host&)>& prepare = {}) {
    kit_.emplace(weir::testing::descriptor<File>(), toml, prepare);
    return *kit_;
  }
  std::string files(const std::string& pattern) const {
    return "files = ['" + dir_.file(pattern) + "']\n";
  }
  // All messages of what was emitted, joined; their kinds and the flag of the last one on the way.
  struct Joined {
    std::string text;
    std::string kinds;
    bool ended = false;
  };
  Joined joined() {
    Joined all;
    for (const auto& e : kit_->host().emits()) {
      for (const row r : batch(e.head())) {
        all.text += r.message();
        all.kinds += std::to_string(r.kind());
        all.ended = r.last();
      }
    }
    return all;
  }

  const test::TempDir dir_;
  std::optional<Kit> kit_;
};

TEST_F(FileInput, MakesADocumentOfEachFile) {
  dir_.write("a", "one\ntwo\n");
  dir_.write("b", "");
  use(files("?"));
  EXPECT_EQ(kit_->gather(), (lines{"raw document session=1 last \"one\\ntwo\\n\"",
                                   "raw document session=2 last \"\""}));
  EXPECT_EQ(kit_->gather().size(), 2U);  // each gather reads all again
  EXPECT_EQ(kit_->metric("bytes_read"), 16U);
}

TEST_F(FileInput, TagsWithTheName) {
  dir_.write("d/x.lp", "m v=1\n");
  use(files("d/../d/x.lp") + "file_tag = 'file'\nfile_path_tag = 'path'");
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"m v=1\\n\" file=x.lp,path=" +
                                  dir_.file("d/x.lp")});
}

TEST_F(FileInput, DecodesItsText) {
  using namespace std::string_literals;
  dir_.write("le",
             "\xff\xfe"
             "a\0\xe9\0"s);
  dir_.write("be", "\0a\0\xe9"s);
  dir_.write("utf8",
             "\xef\xbb\xbf"
             "a\xff"s);
  use(files("le") + "character_encoding = 'utf-16le'");
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"a\xc3\xa9\""});
  use(files("be") + "character_encoding = 'utf-16be'");
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"a\xc3\xa9\""});
  use(files("utf8") + "character_encoding = 'utf-8'");
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"a\xef\xbf\xbd\""});
  use(files("utf8"));
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"a\xff\""});
}

TEST_F(FileInput, ReadsTheOthersWhenOneIsMissing) {
  dir_.write("b", "text");
  use("files = ['" + dir_.file("a") + "', '" + dir_.file("b") + "', '" + dir_.file("c") + "']");
  const auto why = failure_of([&] { kit_->gather(); });
  EXPECT_EQ(why.status, WEIR_E_RETRY);
  EXPECT_NE(why.message.find(dir_.file("a") + ": No such file"), std::string::npos) << why.message;
  EXPECT_TRUE(kit_->host().logged_text(dir_.file("c"), WEIR_LOG_ERROR));
  EXPECT_EQ(kit_->take_rows(), lines{"raw document session=2 last \"text\""});
  EXPECT_EQ(kit_->metric("read_errors"), 2U);
}

// Goal: as Telegraf, a pattern that finds nothing ends the gather.
TEST_F(FileInput, ReadsNothingWhenAPatternFindsNothing) {
  dir_.write("yes.lp", "m v=1");
  use("files = ['" + dir_.file("yes.lp") + "', '" + dir_.file("nope*.lp") + "']");
  EXPECT_EQ(failure_of([&] { kit_->gather(); }).status, WEIR_E_RETRY);
  EXPECT_EQ(kit_->take_rows(), lines{});
}

TEST_F(FileInput, LeavesFoldersOutOfPatterns) {
  dir_.write("d/e/x", "text");
  use(files("d/**"));
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"text\""});
}

TEST_F(FileInput, ReadsFilesOfTheKernel) {
  use("files = ['/proc/self/status']");
  EXPECT_NE(kit_->gather().at(0).find("Name:"), std::string::npos);
}

// ---- large files ----

class LargeFile : public FileInput {
 protected:
  LargeFile() {
    while (text_.size() < 3 * document_bytes_max + 12345) {
      text_ += "cpu,host=h v=" + std::to_string(text_.size()) + "\n";
    }
    dir_.write("large", text_);
  }
  std::string text_;
};

TEST_F(LargeFile, IsStreamed) {
  use(files("large") + "file_tag = 'file'");
  kit_->gather();
  const Joined all = joined();
  EXPECT_TRUE(all.text == text_);
  EXPECT_EQ(all.kinds.find_first_not_of('3'), std::string::npos);
  EXPECT_TRUE(all.ended);
  for (const auto& e : kit_->host().emits()) {
    EXPECT_LE(e.bytes.size(), 2 * piece_bytes);
    EXPECT_EQ((*batch(e.head()).begin()).tag("file"), "large");
  }
}

TEST_F(LargeFile, WaitsForRoom) {
  use(files("large"));
  kit_->host().would_block_after(1);
  kit_->gather();
  EXPECT_GT(kit_->host().waits(), 10U);
  EXPECT_TRUE(joined().text == text_);
}

TEST_F(LargeFile, ComesBehindTheSmallOnesBeforeIt) {
  dir_.write("a", "first ");
  dir_.write("z", " last");
  use(files("*"));
  kit_->gather();
  EXPECT_TRUE(joined().text == "first " + text_ + " last");
}

TEST_F(LargeFile, IsOneDocumentForOtherParsers) {
  use(files("large"), [](weir::testing::host& h) { h.parser_cuts_stream(false); });
  kit_->gather();
  const Joined all = joined();
  EXPECT_TRUE(all.text == text_);
  EXPECT_EQ(all.kinds, "2");
}

TEST_F(LargeFile, IsRefusedWhenItIsTooLargeForOneDocument) {
  std::filesystem::resize_file(dir_.file("large"), whole_bytes_max + 1);
  use(files("large"), [](weir::testing::host& h) { h.parser_cuts_stream(false); });
  const auto why = failure_of([&] { kit_->gather(); });
  EXPECT_EQ(why.status, WEIR_E_RETRY);
  EXPECT_NE(why.message.find("32 MiB"), std::string::npos) << why.message;
}

TEST_F(LargeFile, IsDecodedPieceByPiece) {
  std::string wide;
  for (const char c : text_) wide.append({c, '\0'});
  dir_.write("wide", wide);
  use(files("wide") + "character_encoding = 'utf-16le'");
  kit_->gather();
  EXPECT_TRUE(joined().text == text_);
}

TEST_F(LargeFile, StopsQuietlyWithTheAgent) {
  use(files("large"));
  kit_->start();
  kit_->host().close();
  EXPECT_NO_THROW(kit_->gather());
}

TEST(FileInputConfig, RefusesWhatItDoesNotKnow) {
  const auto refusal = [](const std::string& toml) {
    return failure_of([&] { weir::testing::plugin p(weir::testing::descriptor<File>(), toml); });
  };
  EXPECT_EQ(refusal("character_encoding = 'latin1'").path, "character_encoding");
  EXPECT_EQ(refusal("files = ['a', '[b']").path, "files[1]");
  EXPECT_EQ(refusal("files = ['a', '{b,c}*']").status, WEIR_OK);
}

}  // namespace
}  // namespace weir::file_input
