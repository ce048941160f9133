#include "core/config/files.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "weir-files-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text = "") const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  // Names below the root, in the order found.
  std::string found(const LoadOptions& options) {
    Sources sources;
    Reporter reporter(sources);
    std::string names;
    for (const std::string& file : find_files(options, reporter)) {
      names += (names.empty() ? "" : " ") + fs::path(file).lexically_relative(root_).string();
    }
    said_ = brief(reporter.finish());
    return names;
  }

  fs::path root_;
  std::string said_;
};

TEST_F(Files, WalksDirectoriesInTheOrderOfNames) {
  for (const char* name : {"d/b.conf", "d/a.conf", "d/.hidden.conf", "d/sub/z.conf",
                           "d/..data/a.conf", "d/x.conf.bak", "d/y.CONF", "d/.conf", "d/zz.conf"}) {
    write(name);
  }
  fs::create_directory_symlink(root_ / "d/sub", root_ / "d/link");
  LoadOptions options;
  options.files = {(root_ / "main.conf").string()};
  options.directories = {(root_ / "d").string()};
  EXPECT_EQ(found(options), "main.conf d/.hidden.conf d/a.conf d/b.conf d/sub/z.conf d/zz.conf");
  EXPECT_EQ(said_, "");
}

TEST_F(Files, FollowsLinksToFiles) {
  write("real/a.conf");
  write("d/keep.conf");
  fs::create_symlink(root_ / "real/a.conf", root_ / "d/a.conf");
  LoadOptions options;
  options.directories = {(root_ / "d").string()};
  EXPECT_EQ(found(options), "d/a.conf d/keep.conf");
}

TEST_F(Files, LooksInDefaultPlaces) {
  write(".telegraf/telegraf.conf");
  write("own.conf");
  LoadOptions options;
  options.environment = [this](const std::string& name) {
    return name == "HOME" ? std::optional<std::string>(root_.string()) : std::nullopt;
  };
  EXPECT_EQ(found(options), ".telegraf/telegraf.conf");
  options.environment = [this](const std::string& name) {
    return std::optional<std::string>(name == "HOME" ? root_.string()
                                                     : (root_ / "own.conf").string());
  };
  EXPECT_EQ(found(options), "own.conf");
}

TEST_F(Files, SaysWhatCannotBeRead) {
  Sources sources;
  Reporter reporter(sources);
  write("good.conf", "[agent]\n");
  const auto texts = read_files({(root_ / "none.conf").string(), root_.string(),
                                 "https://host/x.conf", (root_ / "good.conf").string()},
                                reporter);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].text, "[agent]\n");
  const std::string said = brief(reporter.finish());
  EXPECT_NE(said.find("none.conf\": No such file"), std::string::npos) << said;
  EXPECT_NE(said.find("it is a directory"), std::string::npos) << said;
  EXPECT_NE(said.find("\"https://host/x.conf\" is not a file"), std::string::npos) << said;
}

TEST_F(Files, LoadEndsWithoutThem) {
  LoadOptions options = test_options();
  options.files = {(root_ / "none.conf").string()};
  options.directories = {(root_ / "nowhere").string()};
  TestCatalog catalog;
  const LoadResult result = load(options, catalog);
  EXPECT_FALSE(result.settings.has_value());
  EXPECT_EQ(result.diagnostics.size(), 2U);
}

TEST_F(Files, LoadReadsThem) {
  write("a.conf", "[[inputs.mem]]\n");
  LoadOptions options = test_options();
  options.files = {(root_ / "a.conf").string()};
  TestCatalog catalog;
  const LoadResult result = load(options, catalog);
  EXPECT_EQ(result.settings.value_or(Settings{}).files, options.files);
}

}  // namespace
}  // namespace weir::config
