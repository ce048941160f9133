#include "plugins/inputs/system/platform.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/host_tree.hpp"

namespace weir::system_input {
namespace {

struct EtcCase {
  const char* what;
  std::vector<std::pair<const char*, const char*>> files;
  const char *name, *family, *version;
};

class Etc : public testing::TestWithParam<EtcCase> {};

TEST_P(Etc, NamesThePlatform) {
  const test::HostTree tree;
  for (const auto& [file, text] : GetParam().files) tree.write(std::string("etc/") + file, text);
  const Platform platform = read_platform(tree.roots());
  EXPECT_EQ(platform.name, GetParam().name);
  EXPECT_EQ(platform.family, GetParam().family);
  EXPECT_EQ(platform.version, GetParam().version);
}

constexpr const char* ubuntu =
    "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=\"22.04\"\nDISTRIB_CODENAME=jammy\n";

INSTANTIATE_TEST_SUITE_P(
    All, Etc,
    testing::Values(
        EtcCase{"debian", {{"debian_version", "12.11\n"}}, "debian", "debian", "12.11"},
        EtcCase{"ubuntu",
                {{"debian_version", "bookworm/sid\n"}, {"lsb-release", ubuntu}},
                "ubuntu",
                "debian",
                "22.04"},
        EtcCase{"centos",
                {{"redhat-release", "CentOS Linux release 7.9.2009 (Core)\n"}},
                "centos",
                "rhel",
                "7.9.2009"},
        EtcCase{"redhat",
                {{"redhat-release", "Red Hat Enterprise Linux release 9.4 (Plow)\n"}},
                "redhat",
                "rhel",
                "9.4"},
        EtcCase{"rawhide",
                {{"redhat-release", "Fedora release 42 (Rawhide)\n"}},
                "fedora",
                "fedora",
                "rawhide"},
        EtcCase{"amazon",
                {{"system-release", "Amazon Linux release 2 (Karoo)\n"}},
                "amazon",
                "rhel",
                "2"},
        EtcCase{"oracle",
                {{"oracle-release", "Oracle Linux Server release 8.10\n"},
                 {"redhat-release", "Red Hat x"}},
                "oracle",
                "rhel",
                "8.10"},
        EtcCase{"enterprise",
                {{"enterprise-release", "Enterprise Linux release 5.1\n"}},
                "oracle",
                "rhel",
                "5.1"},
        EtcCase{"slackware",
                {{"slackware-version", "Slackware 15.0\n"}},
                "slackware",
                "slackware",
                "15.0"},
        EtcCase{"gentoo",
                {{"gentoo-release", "Gentoo Base System release 2.15\n"}},
                "gentoo",
                "gentoo",
                "2.15"},
        EtcCase{"suse",
                {{"SuSE-release", "SUSE Linux (x86_64)\nVERSION = 12\nPATCHLEVEL = 5\n"}},
                "suse",
                "suse",
                "12.5"},
        EtcCase{"opensuse",
                {{"SuSE-release", "openSUSE 13.2\nVERSION = 13.2\n"}},
                "opensuse",
                "suse",
                "13.2"},
        EtcCase{"arch",
                {{"arch-release", "Arch Linux\n"},
                 {"lsb-release", "DISTRIB_ID=Arch\nDISTRIB_RELEASE=rolling\n"}},
                "arch",
                "arch",
                "rolling"},
        EtcCase{"alpine", {{"alpine-release", "3.20.1\n"}}, "alpine", "alpine", "3.20.1"},
        EtcCase{"os_release",
                {{"os-release", "NAME=\"Rocky Linux\"\nID=\"rocky\"\nVERSION_ID=\"9.4\"\n"}},
                "rocky",
                "rhel",
                "9.4"},
        EtcCase{"amazon_os_release",
                {{"os-release", "ID=amzn\nVERSION_ID=2023\n"}},
                "amazon",
                "rhel",
                "2023"},
        EtcCase{"lsb_alone",
                {{"lsb-release", "DISTRIB_ID=\"ScientificSL\"\nDISTRIB_RELEASE=7\nX\n"}},
                "scientific",
                "rhel",
                "7"},
        EtcCase{"unknown_lsb",
                {{"lsb-release", "DISTRIB_ID=Nice\nDISTRIB_RELEASE=1\n"}},
                "nice",
                "",
                "1"},
        EtcCase{"file_without_content",
                {{"debian_version", "1\n"}, {"os-release", "ID=solus\n"}},
                "solus",
                "solus",
                ""},
        EtcCase{"nothing", {}, "", "", ""}),
    [](const auto& test) { return test.param.what; });

TEST(RedhatVersion, FollowsTheWord) {
  EXPECT_EQ(redhat_version("x release (none) release 8stream"), "8");
  EXPECT_EQ(redhat_version("x release stream9"), "s");
  EXPECT_EQ(redhat_version("no such word"), "");
}

}  // namespace
}  // namespace weir::system_input
