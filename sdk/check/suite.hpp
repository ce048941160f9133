#pragma once

// The tests of weir-check: each breaks a plugin in one way that a host may, and looks whether it
// keeps to the contract.
//
// Threads  A test runs in a process of its own, alone.
// Errors   A test throws: Broken is a breach of the contract, Skipped says why it cannot be tried;
//          what the kit throws (weir/testing/failure.hpp) is judged by judge().

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <weir/testing/plugin.hpp>

#include "sdk/check/random.hpp"

namespace weir::check {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct Skipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What is tested.
struct Subject {
  const weir_plugin& plugin;
  std::string config;        // TOML of its options; required ones are in it.
  bool config_given{false};  // By its author, who so allows it to do what it is for.
  bool isolated{false};      // Nothing it sends gets out of this process.
  std::uint64_t seed{1};
};

constexpr std::uint32_t kind_bit(std::uint16_t kind) { return 1U << kind; }
inline constexpr std::uint32_t every_kind = ~0U;

struct Test {
  const char* name{nullptr};  // "no_memory"
  const char* what{nullptr};  // "bears that the host has no memory"
  void (*run)(const Subject&){nullptr};
  std::uint32_t kinds{every_kind};  // Bits of the kinds it is for.
};
std::vector<Test> all_tests();

// In the order in which they run.
std::vector<Test> life_tests();
std::vector<Test> config_tests();
std::vector<Test> data_tests();
std::vector<Test> pressure_tests();

// The configuration to test a plugin with when its author gave none: the required options; for
// kinds that only compute, where create refuses that, a random one that it takes.
std::string working_config(const weir_plugin& plugin, std::uint64_t seed);

// ---- what tests share ----

using Instance = std::unique_ptr<testing::plugin>;
using Prepare = std::function<void(testing::host&)>;

// An instance with the subject's configuration; skips when the plugin wants another one.
Instance make(const Subject& subject, const Prepare& prepare = nullptr);

// Skips unless work of the plugin can do no harm here.
void need_safe_work(const Subject& subject);

// Runs a call that may fail, but only as the contract allows: with a known status and a text. True
// when it succeeded.
bool judge(const std::function<void()>& call);

// One round of what the plugin's kind does, on random data.
void work_once(const Subject& subject, testing::plugin& instance, Random& random);

bool is_kind(const Subject& subject, std::uint16_t kind);

// Stops, destroys, and breaks when the instance has kept something.
void close(Instance instance);

}  // namespace weir::check
