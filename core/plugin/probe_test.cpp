#include "core/plugin/probe.hpp"

#include <gtest/gtest.h>

namespace weir::plugin {
namespace {

constexpr std::int64_t long_enough_ns = 60'000'000'000;

std::string probe(const std::string& name, std::int64_t timeout_ns = long_enough_ns) {
  return probe_module(WEIR_TEST_PROBER, std::string(WEIR_TEST_MODULES) + "/" + name + ".so",
                      timeout_ns);
}

TEST(Probe, AcceptsAGoodModule) { EXPECT_EQ(probe("good"), ""); }

TEST(Probe, SurvivesACrash) {
  EXPECT_NE(probe("constructor_crashes").find("ends the process that loads it"), std::string::npos);
  EXPECT_NE(probe("constructor_crashes").find("Aborted"), std::string::npos);
}

TEST(Probe, SurvivesAnExceptionAndTellsIt) {
  EXPECT_NE(probe("constructor_throws").find("nobody catches this"), std::string::npos);
}

TEST(Probe, SurvivesAnExit) {
  EXPECT_EQ(probe("constructor_exits"),
            "ends the process that loads it, in a static constructor or in init: status 3");
}

TEST(Probe, EndsAModuleThatHangs) {
  EXPECT_EQ(probe("constructor_hangs", 300'000'000),
            "is not loaded within 300ms: a static constructor or init hangs");
}

TEST(Probe, PassesTheVerdictOn) {
  EXPECT_TRUE(probe("wrong_abi")
                  .starts_with("was built for version 0.7 of the plugin contract (by cc 99.1)"));
  EXPECT_EQ(probe("no_ops"), "inputs.thing has no weir_ops");
  EXPECT_TRUE(probe("init_fails").ends_with("the library is too old"));
}

TEST(Probe, TellsWhatTheLinkerSays) {
  EXPECT_TRUE(probe("not_there").starts_with("cannot be loaded: cannot open shared object file"))
      << probe("not_there");
}

TEST(Probe, NeedsItsProgram) {
  EXPECT_TRUE(
      probe_module("/no/such/program", "x.so", long_enough_ns).starts_with("cannot be tried out"));
}

}  // namespace
}  // namespace weir::plugin
