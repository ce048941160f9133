#pragma once

// A whole pipeline under a test's control: NamesInput into NamesOutput every second, in virtual time; a test adds
// what it is about before start() or once(). At the end the ledger has to balance and all memory to be given back.

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/pipeline/test_plugins.hpp"
#include "core/pipeline/test_world.hpp"

namespace weir::pipeline::test {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1000 * ms;
using Names = std::vector<std::string>;

template <typename P, typename S>
S plugin_settings() {
  S s;
  s.descriptor = plugin_of<P>();
  s.name = P::meta.name;
  s.options.storage.resize(1);
  return s;
}

// names -> kept, every second, in virtual time.
class PipelineTest : public testing::Test {
 protected:
  void SetUp() override {
    NamesOutput::reset();
    NamesInput::names = {"a"};
    NamesInput::gathers = 0;
    settings_.agent.interval_ns = second;
    settings_.agent.flush_interval_ns = second;
    settings_.inputs.push_back(plugin_settings<NamesInput, config::InputSettings>());
    settings_.outputs.push_back(plugin_settings<NamesOutput, config::OutputSettings>());
  }
  void TearDown() override {
    EXPECT_EQ(world_.ledger.violations(), Names{});
    pipeline_.reset();
    EXPECT_EQ(world_.budget.used_bytes(), 0);
  }
  void start() {
    Pipeline::BuildError why{};
    pipeline_ = Pipeline::build(world_.services(), settings_, why);
    ASSERT_TRUE(pipeline_) << why.message;
    ASSERT_TRUE(pipeline_->run().ok());
    world_.run();
  }
  void use_stream(const weir_plugin* parser, const Names& pieces) {
    PiecesInput::pieces = pieces;
    settings_.inputs.clear();
    settings_.inputs.push_back(plugin_settings<PiecesInput, config::InputSettings>());
    settings_.inputs[0].parser.emplace();
    settings_.inputs[0].parser->descriptor = parser;
    settings_.inputs[0].parser->options.storage.resize(1);
  }
  bool once() {
    Pipeline::BuildError why{};
    pipeline_ = Pipeline::build(world_.services(), settings_, why);
    return pipeline_ && pipeline_->run_once(0, world_.wait());
  }
  const metrics::Node& node(const std::string& kind) {
    for (const auto* n : world_.ledger.nodes()) {
      if (n->kind == kind) return *n;
    }
    throw std::runtime_error("no node " + kind);
  }
  std::uint64_t dropped(metrics::Drop reason) {
    return node("outputs").dropped[static_cast<std::size_t>(reason)];
  }

  World world_;
  config::Settings settings_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace weir::pipeline::test
