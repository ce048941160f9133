#include "core/runtime/machine.hpp"

#include <sys/resource.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace weir::runtime {
namespace {

struct QuotaCase {
  const char* name;
  std::map<std::string, std::string> files;  // Below the root.
  double quota;
};

const char* const groups_v2 = "0::/weir.slice/weir.service\n";
const char* const groups_v1 = "7:cpuset:/x\n5:cpu,cpuacct:/docker/abc\n1:name=systemd:/x\n";

const QuotaCase quota_cases[] = {
    {"nothing", {}, 0},
    {"v2, no limit",
     {{"proc/self/cgroup", groups_v2},
      {"sys/fs/cgroup/weir.slice/weir.service/cpu.max", "max 100000\n"}},
     0},
    {"v2, own limit",
     {{"proc/self/cgroup", groups_v2},
      {"sys/fs/cgroup/weir.slice/weir.service/cpu.max", "150000 100000\n"}},
     1.5},
    {"v2, the stricter one is above",
     {{"proc/self/cgroup", groups_v2},
      {"sys/fs/cgroup/weir.slice/weir.service/cpu.max", "400000 100000\n"},
      {"sys/fs/cgroup/weir.slice/cpu.max", "100000 50000\n"}},
     2},
    {"v2 in a container: the group is the root",
     {{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "50000 100000\n"}},
     0.5},
    {"v1",
     {{"proc/self/cgroup", groups_v1},
      {"sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "300000\n"},
      {"sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n"}},
     3},
    {"v1 in a container: its group is mounted as the root",
     {{"proc/self/cgroup", groups_v1},
      {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "25000\n"},
      {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}},
     0.25},
    {"v1, no limit",
     {{"proc/self/cgroup", groups_v1},
      {"sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "-1\n"},
      {"sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n"}},
     0},
    {"nonsense",
     {{"proc/self/cgroup", "\n:\n::\n0\n0::\nx:cpu\n9:cpuset,xcpu:/a\n0::/a\n"},
      {"sys/fs/cgroup/a/cpu.max", "many\n"}},
     0},
};

TEST(Machine, TheQuotaOfTheControlGroup) {
  for (const QuotaCase& c : quota_cases) {
    const weir::test::TempDir root;
    for (const auto& [name, text] : c.files) root.write(name, text);
    EXPECT_DOUBLE_EQ(cpu_quota(root.path().string()), c.quota) << c.name;
  }
}

TEST(Machine, ThreadsFollowCoresAndQuota) {
  EXPECT_EQ(worker_threads(5, 2, 0.5), 5) << "what the configuration says holds";
  EXPECT_EQ(worker_threads(0, 8, 0), 8);
  EXPECT_EQ(worker_threads(0, 8, 2.0), 2);
  EXPECT_EQ(worker_threads(0, 8, 2.1), 3);
  EXPECT_EQ(worker_threads(0, 2, 6.0), 2);
  EXPECT_EQ(worker_threads(0, 8, 0.1), 1);
  EXPECT_EQ(worker_threads(0, 0, 0), 1);
  EXPECT_GE(worker_threads(0), 1);
}

TEST(Machine, TheLimitOfFilesIsRaised) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{before.rlim_max / 2, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(static_cast<rlim_t>(raise_file_limit()), before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Machine, AShortageNamesTheRemedy) {
  EXPECT_EQ(file_shortage(100, 1024), "");
  EXPECT_NE(file_shortage(5000, 1024).find("LimitNOFILE=5000"), std::string::npos);
}

weir_opt integer_named(const char* name) {
  weir_opt option{};
  option.size = sizeof option;
  option.type = WEIR_C_INT;
  option.name = name;
  return option;
}

void put_integers(config::OptionBlob& blob, const std::vector<std::int64_t>& values) {
  blob.n = static_cast<std::uint32_t>(values.size());
  blob.storage.resize(values.size() * sizeof(weir_value) / sizeof(std::uint64_t));
  blob.bytes = values.size() * sizeof(weir_value);
  auto* at = reinterpret_cast<std::uint8_t*>(blob.storage.data());
  for (const std::int64_t v : values) {
    weir_value value{};
    value.type = WEIR_C_INT;
    value.v.i = v;
    std::memcpy(at, &value, sizeof value);
    at += sizeof value;
  }
}

TEST(Machine, ConnectionsThatOptionsAllowCount) {
  const weir_opt lines = integer_named("max_lines");
  const weir_opt connections = integer_named("max_connections");
  const weir_opt* const options[] = {&lines, &connections, nullptr};
  weir_plugin plugin{};
  plugin.opts = options;
  config::InputSettings input;
  input.descriptor = &plugin;
  put_integers(input.options, {7, 4000});
  config::Settings settings;
  const std::int64_t without = files_wanted(settings);
  settings.inputs.push_back(input);
  EXPECT_GE(files_wanted(settings), without + 4000);
  EXPECT_LT(files_wanted(settings), without + 4100);
}

}  // namespace
}  // namespace weir::runtime
