#include "plugins/common/processes/children.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

RunRules within(std::int64_t ns) {
  RunRules rules;
  rules.timeout_ns = ns;
  return rules;
}
Children::Command shell(const std::string& script) { return {"sh", "-c", script}; }

// What became of each, in the order of the list.
std::vector<Ended> run(RunRules rules, const std::vector<Children::Command>& commands) {
  std::vector<Ended> all(commands.size());
  Children children(std::move(rules));
  children.run(commands, [&](Ended& e) { all[e.command] = e; });
  return all;
}
Ended run_one(RunRules rules, const std::string& script) {
  return run(std::move(rules), {shell(script)}).front();
}
bool is_gone(const std::string& pid) {
  const int process = static_cast<int>(syscall(SYS_pidfd_open, std::stoi(pid), 0));
  if (process < 0) return errno == ESRCH;
  pollfd ended{process, POLLIN, 0};
  const bool gone = ::poll(&ended, 1, 20'000) == 1;
  ::close(process);
  return gone;
}

TEST(Children, HandOutWhatEachWrote) {
  const auto all = run(within(20 * second_ns), {shell("echo a; echo x >&2"), {"echo", "b c"}});
  EXPECT_EQ(all[0].output, "a\n");
  EXPECT_EQ(all[0].errors, "x\n");
  EXPECT_EQ(all[0].problem, "");
  EXPECT_EQ(all[1].output, "b c\n");
  EXPECT_TRUE(all[1].whole);
}

TEST(Children, AreMoreThanRunAtOnce) {
  const std::vector<Children::Command> commands(Children::at_once_max + 5, shell("echo a"));
  for (const Ended& e : run(within(20 * second_ns), commands)) EXPECT_EQ(e.output, "a\n");
}

TEST(Children, TellHowTheyEnded) {
  EXPECT_EQ(run_one(within(20 * second_ns), "exit 3").problem, "ended with status 3");
  EXPECT_EQ(run_one(within(20 * second_ns), "kill -9 $$").problem, "was ended by a signal: Killed");
  const Ended none = run(within(20 * second_ns), {{"no-such-program"}}).front();
  EXPECT_EQ(none.problem, "cannot be started: No such file or directory");
  EXPECT_FALSE(none.whole);
}

TEST(Children, AreEndedWithTheirGroup) {
  const Ended e = run_one(within(second_ns / 20), "sleep 1000 & echo $!; wait");
  EXPECT_EQ(e.problem, "took longer than its timeout and was ended");
  EXPECT_FALSE(e.whole);
  EXPECT_TRUE(is_gone(e.output));
}

TEST(Children, MayNotWriteWithoutEnd) {
  RunRules rules = within(20 * second_ns);
  rules.output_bytes_max = 100'000;
  const Ended e = run_one(std::move(rules), "while :; do echo 0123456789; done");
  EXPECT_EQ(e.problem, "wrote more than it may");
  EXPECT_LE(e.output.size(), 100'000U);
}

TEST(Children, MayNotHoldMoreThanThereIs) {
  RunRules rules = within(20 * second_ns);
  rules.hold = [](std::size_t bytes) { return bytes < 100'000; };
  EXPECT_NE(
      run_one(std::move(rules), "while :; do echo 0123456789; done").problem.find("no memory"),
      std::string::npos);
}

TEST(Children, EndWhenTheyAreStopped) {
  RunRules rules = within(1000 * second_ns);
  Children* running = nullptr;
  rules.on_errors = [&](std::size_t, std::string_view) { running->stop(); };
  Children children(std::move(rules));
  running = &children;
  std::vector<std::string> problems;
  children.run({shell("echo begun >&2; sleep 1000")},
               [&](Ended& e) { problems.push_back(e.problem); });
  EXPECT_EQ(problems, std::vector<std::string>{"was ended because the agent stops"});
}

TEST(Children, InheritEnvironmentAndNoFiles) {
  ::setenv("WEIR_TEST_A", "old", 1);
  RunRules rules = within(20 * second_ns);
  rules.environment = {"WEIR_TEST_A=1", "WEIR_TEST_B=2", "WEIR_TEST_B=3"};
  EXPECT_EQ(
      run_one(std::move(rules), "echo $WEIR_TEST_A $WEIR_TEST_B; ls /proc/self/fd | wc -l; cat")
          .output,
      "1 3\n4\n");  // 0, 1, 2, and the folder itself
}

}  // namespace
}  // namespace weir::common
