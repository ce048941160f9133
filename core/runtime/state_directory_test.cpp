#include "core/runtime/state_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "core/runtime/places.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::runtime {
namespace {

class StateDirectoryTest : public testing::Test {
 protected:
  [[nodiscard]] std::string refusal() const {
    StateDirectory state(system_disk(), path_);
    const auto opened = state.directory();
    return opened.ok() ? std::string() : opened.error().message;
  }

  weir::test::TempDir folder_;
  const std::string path_ = folder_.file("a/b/weir");
};

TEST_F(StateDirectoryTest, IsMadeWhenItIsNeededAndNotBefore) {
  StateDirectory state(system_disk(), path_);
  EXPECT_FALSE(system_disk().exists(path_));
  ASSERT_TRUE(state.directory().ok());
  EXPECT_EQ(folder_.read("a/b/weir/state-format"), "weir-state 1\n");
}

TEST_F(StateDirectoryTest, BelongsToOneAgentWhoIsNamed) {
  {
    StateDirectory first(system_disk(), path_);
    ASSERT_TRUE(first.directory().ok());
    EXPECT_TRUE(first.directory().ok()) << "as often as wanted";
    const std::string why = refusal();
    EXPECT_NE(why.find(std::to_string(::getpid())), std::string::npos) << why;
    EXPECT_NE(why.find("stop that agent"), std::string::npos) << why;
  }
  EXPECT_EQ(refusal(), "") << "free again";
}

struct VersionCase {
  const char *name, *text, *says;
};
const VersionCase version_cases[] = {
    {"own", "weir-state 1\n", ""},
    {"newer", "weir-state 2\n",
     "it is of version 2 and this program knows 1; run the newer version"},
    {"much newer", "weir-state 4000000000 and more\n", "run the newer version"},
    {"empty", "", "does not say"},
    {"foreign", "hello\n", "does not say"},
    {"no number", "weir-state one\n", "does not say"},
};

TEST_F(StateDirectoryTest, VersionsThatItDoesNotKnowAreLeftAlone) {
  for (const VersionCase& c : version_cases) {
    folder_.write("a/b/weir/state-format", c.text);
    const std::string why = refusal();
    EXPECT_EQ(why.empty(), *c.says == '\0') << c.name << ": " << why;
    EXPECT_NE(why.find(c.says), std::string::npos) << c.name << ": " << why;
    EXPECT_EQ(folder_.read("a/b/weir/state-format"), c.text) << c.name;
  }
}

TEST_F(StateDirectoryTest, WhatCannotBeMadeSaysWhatToDo) {
  folder_.write("a/b", "a file");
  EXPECT_NE(refusal().find("[weir] state_directory"), std::string::npos) << refusal();
  StateDirectory nowhere(system_disk(), "");
  ASSERT_FALSE(nowhere.directory().ok());
  EXPECT_NE(nowhere.directory().error().message.find("$HOME"), std::string::npos);
}

}  // namespace
}  // namespace weir::runtime
