#include "plugins/common/procfs/roots.hpp"

#include <map>

#include <gtest/gtest.h>

namespace weir::procfs {
namespace {

std::map<std::string_view, std::string_view>& variables() {
  static std::map<std::string_view, std::string_view> all;
  return all;
}

Roots roots_with(std::map<std::string_view, std::string_view> set) {
  variables() = std::move(set);
  return Roots::from([](std::string_view name) { return variables()[name]; });
}

TEST(Roots, AreThoseOfTheSystemByDefault) {
  const Roots roots = roots_with({});
  EXPECT_EQ(roots.proc, "/proc");
  EXPECT_EQ(roots.sys, "/sys");
  EXPECT_EQ(roots.var, "/var");
  EXPECT_FALSE(roots.proc_is_given);
  EXPECT_EQ(roots.devices_in_host_tree().dev, "/dev");
}

TEST(Roots, FollowTheEnvironment) {
  const Roots roots = roots_with({{"HOST_PROC", "/host/proc"},
                                  {"HOST_ETC", "/host/etc"},
                                  {"HOST_VAR", "/host/var"},
                                  {"HOST_PROC_MOUNTINFO", "/host/mountinfo"}});
  EXPECT_EQ(roots.proc, "/host/proc");
  EXPECT_TRUE(roots.proc_is_given);
  EXPECT_EQ(roots.etc, "/host/etc");
  EXPECT_EQ(roots.var, "/host/var");
  EXPECT_EQ(roots.mountinfo, "/host/mountinfo");
  EXPECT_EQ(roots.sys, "/sys");
}

TEST(Roots, FindDevicesInTheTreeOfTheHost) {
  const DeviceRoots prefixed =
      roots_with({{"HOST_MOUNT_PREFIX", "/hostfs/"}}).devices_in_host_tree();
  EXPECT_EQ(prefixed.dev, "/hostfs/dev");
  EXPECT_EQ(prefixed.run, "/hostfs/run");
  EXPECT_EQ(prefixed.sys, "/hostfs/sys");
  const DeviceRoots rooted =
      roots_with({{"HOST_MOUNT_PREFIX", "/hostfs"}, {"HOST_ROOT", "/root"}, {"HOST_RUN", "/run2"}})
          .devices_in_host_tree();
  EXPECT_EQ(rooted.dev, "/root/dev");
  EXPECT_EQ(rooted.run, "/run2");
}

TEST(Join, MakesOneSlash) {
  EXPECT_EQ(join("/a", "b"), "/a/b");
  EXPECT_EQ(join("/a/", "/b"), "/a/b");
  EXPECT_EQ(join("/a", "/"), "/a");
  EXPECT_EQ(join("/", ""), "/");
  EXPECT_EQ(join("/", "b/c"), "/b/c");
}

}  // namespace
}  // namespace weir::procfs
