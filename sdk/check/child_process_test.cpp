#include "sdk/check/child_process.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

namespace weir::check {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

Ending run(const std::function<int()>& function, std::int64_t within_ns = 60 * second_ns) {
  auto child = ChildProcess::of_function(function);
  EXPECT_EQ(child.error(), 0);
  return child.wait(steady_ns() + within_ns);
}

int print(const char* text) { return std::puts(text) < 0 || std::fflush(stdout) != 0 ? 1 : 0; }

TEST(ChildProcess, GivesStatusAndOutput) {
  const Ending good = run([] { return print("hello"); });
  EXPECT_TRUE(good.good());
  EXPECT_EQ(good.output, "hello\n");
  const Ending bad = run([] { return 7; });
  EXPECT_FALSE(bad.good());
  EXPECT_EQ(bad.text(), "status 7");
}

TEST(ChildProcess, TellsWhichSignalEndedIt) {
  const Ending ending = run([] {
    abort();
    return 0;
  });
  EXPECT_FALSE(ending.good());
  EXPECT_EQ(ending.text(), "Aborted");
}

TEST(ChildProcess, EndsWhatTakesTooLong) {
  const Ending loud = run([] { return pause(); }, second_ns / 5);
  EXPECT_FALSE(loud.in_time);
  const Ending quiet =
      run([] { return close(STDOUT_FILENO) + close(STDERR_FILENO) + pause(); }, second_ns / 5);
  EXPECT_FALSE(quiet.in_time);
  EXPECT_EQ(quiet.text(), "no end in time");
}

TEST(ChildProcess, KeepsTheEndOfLongOutput) {
  const Ending ending = run([] {
    for (int i = 0; i < 100'000; ++i) std::puts("more and more");
    return print("the end");
  });
  EXPECT_TRUE(ending.output.ends_with("the end\n"));
  EXPECT_LE(ending.output.size(), 16U * 1024);
}

TEST(ChildProcess, FindsTheVerdictAmongOtherOutput) {
  const Ending ending =
      run([] { return print("noise\nverdict: first\nverdict: second\nmore noise"); });
  EXPECT_EQ(ending.said("verdict: "), "second");
  EXPECT_EQ(ending.said("nothing: "), "");
  EXPECT_TRUE(ending.last_words().ends_with("verdict: second more noise)"));
}

TEST(ChildProcess, RunsPrograms) {
  auto child = ChildProcess::of_program("/bin/sh", {"-c", "cat; echo $0 $1", "a", "b c"});
  const Ending ending = child.wait(steady_ns() + 60 * second_ns);
  EXPECT_EQ(ending.output, "a b c\n");
  EXPECT_NE(ChildProcess::of_program("/no/such/program", {}).error(), 0);
}

}  // namespace
}  // namespace weir::check
