#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "sdk/check/child_process.hpp"

// Goal: weir-check finds each way of breaking the contract, and nothing in plugins that keep it.

namespace weir::check {
namespace {

struct Outcome {
  int status;
  std::string text;
  [[nodiscard]] bool has(const std::string& part) const {
    return text.find(part) != std::string::npos;
  }
};

Outcome weir_check(const std::string& module, std::vector<std::string> more = {}) {
  more.insert(more.begin(), std::string(WEIR_TEST_MODULES) + "/" + module + ".so");
  auto child = ChildProcess::of_program(WEIR_TEST_CHECK, more);
  const Ending ending = child.wait(steady_ns() + 300'000'000'000);
  return {ending.in_time ? ending.status >> 8 : -1, ending.output};
}

class GoodPlugin : public testing::TestWithParam<const char*> {};

TEST_P(GoodPlugin, Passes) {
  const Outcome out = weir_check("chaos", {"--plugin", GetParam()});
  EXPECT_EQ(out.status, 0) << out.text;
  EXPECT_TRUE(out.has(" 0 skipped, 0 failed")) << out.text;
}

INSTANTIATE_TEST_SUITE_P(All, GoodPlugin,
                         testing::Values("inputs.good", "processors.good", "outputs.good"));

struct Breach {
  const char *plugin, *test, *why;
};
class BadPlugin : public testing::TestWithParam<Breach> {};

TEST_P(BadPlugin, IsFound) {
  const Breach& b = GetParam();
  const Outcome out =
      weir_check("chaos", {"--plugin", b.plugin, "--test", b.test, "--timeout", "5"});
  EXPECT_EQ(out.status, 1) << out.text;
  EXPECT_TRUE(out.has("FAILED")) << out.text;
  EXPECT_TRUE(out.has(b.why)) << out.text;
  EXPECT_TRUE(out.has("again: weir-check")) << out.text;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadPlugin,
    testing::Values(Breach{"panics", "random_rows", "a bug was caught at the border: index 7 of 3"},
                    Breach{"crashes", "random_rows", "Aborted"},
                    Breach{"overlooks", "selection", "edit changed a row that is not selected"},
                    Breach{"silent", "random_rows", "says nothing in weir_err"},
                    Breach{"threads", "clean", "a thread is left after destroy"},
                    Breach{"files", "clean", "a file or socket is left open after destroy"},
                    Breach{"wanders", "clean",
                           "changes the working directory of the whole process"},
                    Breach{"greedy", "no_memory", "a buffer was neither emitted nor given back"},
                    Breach{"picky", "config_fuzz", "Aborted"},
                    Breach{"reads", "cut_streams", "cut at byte"}),
    [](const auto& test) { return test.param.plugin; });

TEST(WeirCheck, EndsAPluginThatHangs) {
  const Outcome out =
      weir_check("chaos", {"--plugin", "stubborn", "--test", "stop_twice", "--timeout", "1"});
  EXPECT_EQ(out.status, 1);
  EXPECT_TRUE(out.has("no end in time")) << out.text;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // They have their own heap.
TEST(WeirCheck, FindsLostMemory) {
  const Outcome out = weir_check("chaos", {"--plugin", "leaks", "--test", "create_destroy"});
  EXPECT_EQ(out.status, 1);
  EXPECT_TRUE(out.has("bytes at each create and destroy")) << out.text;
}
#endif

TEST(WeirCheck, SkipsWhatNeedsAConfigurationUntilItIsGiven) {
  const Outcome without = weir_check("chaos", {"--plugin", "needy"});
  EXPECT_EQ(without.status, 0) << without.text;
  EXPECT_TRUE(without.has("left and right have to be equal): give --config")) << without.text;
  const std::string file = testing::TempDir() + "/needy.toml";
  std::ofstream(file) << "left = 'b'\n";
  const Outcome with = weir_check("chaos", {"--plugin", "needy", "--config", file});
  EXPECT_EQ(with.status, 0) << with.text;
  EXPECT_TRUE(with.has(" 0 skipped, 0 failed")) << with.text;
  std::ofstream(file) << "left = 'c'\n";
  EXPECT_EQ(weir_check("chaos", {"--plugin", "needy", "--config", file}).status, 1);
}

TEST(WeirCheck, JudgesFilesAndDescriptors) {
  EXPECT_TRUE(weir_check("extra_export").has("exports more than weir_module_v0"));
  EXPECT_TRUE(weir_check("wrong_abi").has("was built for version 0.7"));
  EXPECT_TRUE(weir_check("bad_default").has("which cannot be read"));
  EXPECT_TRUE(weir_check("constructor_crashes").has("Aborted"));
  EXPECT_TRUE(weir_check("good").has("says nothing of itself"));
  EXPECT_EQ(weir_check("no_ops").status, 1);
}

TEST(WeirCheck, SaysHowItIsCalled) {
  EXPECT_EQ(weir_check("chaos", {"--plugin"}).status, 2);
  EXPECT_EQ(weir_check("chaos", {"--plugin", "nobody"}).status, 2);
  EXPECT_EQ(weir_check("chaos", {"--config", "/no/such/file"}).status, 2);
  EXPECT_TRUE(weir_check("chaos", {"--what"}).has("weir-check FILE.so"));
  auto list = ChildProcess::of_program(WEIR_TEST_CHECK, {"--list"});
  EXPECT_NE(list.wait(steady_ns() + 60'000'000'000).output.find("no_memory"), std::string::npos);
}

}  // namespace
}  // namespace weir::check
