#include "core/config/plan.hpp"

#include <gtest/gtest.h>

#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

Settings settings_of(const std::string& text) {
  LoadResult result = load_text(text);
  EXPECT_TRUE(result.settings.has_value()) << brief(result.diagnostics);
  return result.settings ? std::move(*result.settings) : Settings{};
}

std::string plan_of(const std::string& before, const std::string& after) {
  return plan_text(make_plan(settings_of(before), settings_of(after)));
}

constexpr const char* one = "[[inputs.probe]]\n  text = \"a\"\n";

TEST(Plan, WhereAPluginStandsDoesNotMatter) {
  EXPECT_EQ(plan_of(one, std::string("# a remark\n\n") + one),
            "same     inputs.probe\n0 changed, 0 added, 0 removed, 1 left alone\n");
}

TEST(Plan, SaysWhatIsDifferent) {
  EXPECT_EQ(plan_of(one, "[[inputs.probe]]\n  text = \"b\"\n  namepass = [\"x\"]\n"),
            "changed  inputs.probe  (options, filter)\n"
            "1 changed, 0 added, 0 removed, 0 left alone\n");
}

TEST(Plan, WhatAnInstanceTakesFromTheAgentCounts) {
  EXPECT_EQ(plan_of(one, std::string("[agent]\n  interval = \"1s\"\n") + one),
            "changed  inputs.probe  (interval)\n1 changed, 0 added, 0 removed, 0 left alone\n");
  const std::string own = std::string(one) + "  interval = \"5s\"\n";
  EXPECT_EQ(plan_of(own, "[agent]\n  interval = \"1s\"\n" + own),
            "same     inputs.probe\n0 changed, 0 added, 0 removed, 1 left alone\n");
}

TEST(Plan, PluginsOfOneNameBelongTogetherByTheirSettings) {
  const std::string two = "[[inputs.probe]]\n  text = \"b\"\n";
  EXPECT_EQ(plan_of(one + two, two),
            "same     inputs.probe\nremoved  inputs.probe\n"
            "0 changed, 0 added, 1 removed, 1 left alone\n");
  EXPECT_EQ(plan_of(two, one + two),
            "added    inputs.probe\nsame     inputs.probe#2\n"
            "0 changed, 1 added, 0 removed, 1 left alone\n");
}

TEST(Plan, AnAliasIsAName) {
  const std::string named = std::string(one) + "  alias = \"x\"\n";
  EXPECT_EQ(plan_of(one, named),
            "added    inputs.probe::x\nremoved  inputs.probe\n"
            "0 changed, 1 added, 1 removed, 0 left alone\n");
}

TEST(Plan, SaysWhatNeedsARestart) {
  EXPECT_EQ(plan_of("", "[weir]\n  threads = 3\n"),
            "a restart of the agent puts into effect: [weir] threads\n"
            "0 changed, 0 added, 0 removed, 0 left alone\n");
}

TEST(Plan, IsOneJsonObject) {
  EXPECT_EQ(
      plan_json(make_plan(settings_of(one), settings_of(""))),
      "{\"instances\":[{\"instance\":\"inputs.probe\",\"change\":\"removed\",\"because\":[]}],"
      "\"restart\":[]}");
}

}  // namespace
}  // namespace weir::config
