#include "plugins/inputs/processes/processes.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::processes_input {
namespace {

using testing::lines;

std::string stat_of(std::string_view name, std::string_view state, int threads) {
  return "7 (" + std::string(name) + ") " + std::string(state) +
         " 2 0 0 0 -1 69238848 0 0 0 0 0 0 0 0 20 0 " + std::to_string(threads) +
         " 0 20 0 0 18446744073709551615 0\n";
}

struct ParseCase {
  const char* what;
  std::string text;
  char state;
  std::int64_t threads;
};

class Parse : public testing::TestWithParam<ParseCase> {};

TEST_P(Parse, FindsStateAndThreads) {
  const Process process = parse_process(GetParam().text);
  EXPECT_EQ(process.state, GetParam().state);
  EXPECT_EQ(process.threads, GetParam().threads);
}

INSTANTIATE_TEST_SUITE_P(
    All, Parse,
    testing::Values(ParseCase{"plain", stat_of("bash", "S", 2), 'S', 2},
                    ParseCase{"blank_in_name", stat_of("rcuob 0", "R", 1), 'R', 1},
                    ParseCase{"parentheses_in_name", stat_of("a) Z (b", "D", 9), 'D', 9},
                    ParseCase{"empty_name", stat_of("", "I", 1), 'I', 1},
                    ParseCase{"cut_off", "7 (bash) T 1 2", 'T', 0},
                    ParseCase{"without_state", "7 (bash)", 0, 0},
                    ParseCase{"without_name", "7 bash S 1", 0, 0}, ParseCase{"empty", "", 0, 0}),
    [](const auto& test) { return test.param.what; });

TEST(States, HaveTheirLetters) {
  EXPECT_EQ(state_of('T'), stopped);
  EXPECT_EQ(state_of('t'), stopped);
  EXPECT_EQ(state_of('X'), dead);
  EXPECT_EQ(state_of('W'), paging);
  EXPECT_EQ(state_of('P'), parked);
  EXPECT_EQ(state_of('K'), unknown);
}

lines gather(testing::plugin& processes) {
  processes.format() = {false, true};
  return processes.gather();
}

TEST(Processes, AreCountedByState) {
  const test::HostTree tree;
  int pid = 0;
  for (const char* state : {"R", "S", "S", "D", "Z", "T", "I", "I", "I", "x"}) {
    tree.write("proc/" + std::to_string(++pid) + "/stat", stat_of("p", state, 2));
  }
  tree.write("proc/sys/stat", stat_of("no process", "R", 1));
  tree.write("proc/77", "not a folder");
  tree.write("proc/78/status", "ended meanwhile");
  testing::plugin processes(testing::descriptor<test::OnTree<Processes>>());
  EXPECT_EQ(
      gather(processes),
      (lines{"processes blocked=1i,zombies=1i,stopped=1i,running=1i,sleeping=2i,unknown=1i,dead=0i,"
             "paging=0i,idle=3i,total=10i,total_threads=20i gauge"}));
}

TEST(Processes, AreParkedWhereTheKernelSaysSo) {
  const test::HostTree tree;
  tree.write("proc/1/stat", stat_of("watchdog/1", "P", 1));
  tree.write("proc/2/stat", stat_of("watchdog/2", "P", 1));
  testing::plugin processes(testing::descriptor<test::OnTree<Processes>>());
  EXPECT_NE(gather(processes).at(0).find("parked=2i"), std::string::npos);
}

// Files that are not for everybody; root has to become somebody else to see that.
class AsNobody {
 public:
  AsNobody() : was_(geteuid()) {
    if (was_ == 0) changed_ = seteuid(65534) == 0;
  }
  ~AsNobody() {
    if (changed_) {
      EXPECT_EQ(seteuid(was_), 0);
    }
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t was_;
  bool changed_{false};
};

TEST(Processes, ThatMayNotBeReadAreToldOnce) {
  const test::HostTree tree;
  tree.write("proc/1/stat", stat_of("hidden", "S", 1));
  tree.write("proc/2/stat", stat_of("open", "S", 1));
  ASSERT_EQ(chmod(tree.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(tree.file("proc/1/stat").c_str(), 0), 0);
  testing::plugin processes(testing::descriptor<test::OnTree<Processes>>());
  {
    const AsNobody nobody;
    EXPECT_NE(gather(processes).at(0).find("total=1i"), std::string::npos);
    gather(processes);
  }
  ASSERT_EQ(processes.host().logs().size(), 1U);
  EXPECT_NE(processes.host().logs()[0].text.find("not counted: 1, whose stat file"),
            std::string::npos);
}

TEST(Processes, SayWhatCannotBeListed) {
  const test::HostTree tree;
  testing::plugin processes(testing::descriptor<test::OnTree<Processes>>());
  const testing::failure failed = testing::failure_of([&] { processes.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("proc: No such file"), std::string::npos);
}

TEST(Processes, NeedNoSudo) {
  const test::HostTree tree;
  testing::plugin processes(testing::descriptor<test::OnTree<Processes>>(), "use_sudo = true");
  EXPECT_TRUE(processes.host().logged_text("use_sudo has no effect on Linux"));
}

TEST(Processes, ReadThisMachine) {
  testing::plugin processes(testing::descriptor<Processes>());
  EXPECT_EQ(gather(processes).at(0).find("total=0i"), std::string::npos);
}

}  // namespace
}  // namespace weir::processes_input
