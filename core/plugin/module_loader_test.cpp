#include "core/plugin/module_loader.hpp"

#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace weir::plugin {
namespace {

namespace fs = std::filesystem;

std::string module(const std::string& name) {
  return std::string(WEIR_TEST_MODULES) + "/" + name + ".so";
}

class Loader : public testing::Test {
 protected:
  Loader() {
    settings_.directories = {dir_.file("first"), dir_.file("second")};
    fs::create_directories(dir_.path() / "first/inputs");
    fs::create_directories(dir_.path() / "second/inputs");
  }

  void link(const std::string& what, const std::string& to) {
    fs::create_symlink(module(what), dir_.path() / to);
  }
  void copy(const std::string& what, const std::string& to) {
    fs::copy_file(module(what), dir_.path() / to);
  }

  // Why a module, put in place as inputs.thing, is refused.
  std::string refusal(const std::string& what) {
    link(what, "first/inputs/thing.so");
    const auto found = ModuleLoader(settings_).find(WEIR_INPUT, "thing");
    fs::remove(dir_.path() / "first/inputs/thing.so");
    EXPECT_EQ(found.descriptor == nullptr, !found.why.empty());
    EXPECT_FALSE(found.missing);
    return found.why;
  }
  void expect_refusal(const std::string& what, const std::string& part) {
    const std::string why = refusal(what);
    EXPECT_TRUE(why.starts_with(dir_.file("first/inputs/thing.so ")) || why.empty()) << why;
    EXPECT_NE(why.find(part), std::string::npos) << what << ": " << why;
  }

  test::TempDir dir_;
  LoaderSettings settings_;
};

TEST_F(Loader, FindsAPluginByKindAndName) {
  link("good", "second/inputs/thing.so");
  ModuleLoader loader(settings_);
  const auto found = loader.find(WEIR_INPUT, "thing");
  ASSERT_NE(found.descriptor, nullptr) << found.why;
  EXPECT_STREQ(found.descriptor->name, "thing");
  EXPECT_EQ(found.why, "");
  EXPECT_EQ(loader.find(WEIR_INPUT, "thing").descriptor, found.descriptor);
  EXPECT_EQ(loader.file_of(found.descriptor), fs::canonical(module("good")).string());
}

TEST_F(Loader, FindsEveryPluginOfAModule) {
  link("good", "first/inputs/thing.so");
  link("good", "first/inputs/second.so");
  ModuleLoader loader(settings_);
  EXPECT_STREQ(loader.find(WEIR_INPUT, "thing").descriptor->name, "thing");
  EXPECT_STREQ(loader.find(WEIR_INPUT, "second").descriptor->name, "second");
}

TEST_F(Loader, TakesTheFirstDirectoryEvenToRefuse) {
  link("wrong_abi", "first/inputs/thing.so");
  link("good", "second/inputs/thing.so");
  const auto found = ModuleLoader(settings_).find(WEIR_INPUT, "thing");
  EXPECT_EQ(found.descriptor, nullptr);
  EXPECT_NE(found.why.find("first/inputs/thing.so was built for version 0.7"), std::string::npos)
      << found.why;
}

TEST_F(Loader, SaysWhereItLookedAndWhatIsNear) {
  link("good", "first/inputs/thing.so");
  const auto found = ModuleLoader(settings_).find(WEIR_INPUT, "thign");
  EXPECT_TRUE(found.missing);
  EXPECT_EQ(found.why, "there is no plugin inputs.thign: no inputs/thign.so in " +
                           dir_.file("first") + ", " + dir_.file("second") +
                           "; did you mean thing?");
}

TEST_F(Loader, LooksNowhereForNamesThatAreNone) {
  dir_.write("outside.so", "");
  for (const char* name : {"../../outside", "", "a/b", "."}) {
    EXPECT_TRUE(ModuleLoader(settings_).find(WEIR_INPUT, name).missing) << name;
  }
  EXPECT_TRUE(ModuleLoader(settings_).find(99, "thing").missing);
}

TEST_F(Loader, ListsWhatThereIs) {
  link("good", "first/inputs/b.so");
  link("good", "second/inputs/a.so");
  link("good", "second/inputs/b.so");
  dir_.write("second/inputs/readme.txt", "");
  EXPECT_EQ(ModuleLoader(settings_).names(WEIR_INPUT), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(ModuleLoader(settings_).names(WEIR_OUTPUT).empty());
}

TEST_F(Loader, RefusesWhatIsNoModule) {
  dir_.write("first/inputs/thing.so", "text");
  EXPECT_EQ(ModuleLoader(settings_).find(WEIR_INPUT, "thing").why,
            dir_.file("first/inputs/thing.so is not a shared object"));
  fs::remove(dir_.path() / "first/inputs/thing.so");
  fs::create_directory(dir_.path() / "first/inputs/thing.so");
  EXPECT_EQ(ModuleLoader(settings_).find(WEIR_INPUT, "thing").why,
            dir_.file("first/inputs/thing.so is not a regular file"));
}

TEST_F(Loader, RefusesFilesThatOthersCanChange) {
  copy("good", "first/inputs/thing.so");
  const std::string path = dir_.file("first/inputs/thing.so");
  fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
  EXPECT_NE(ModuleLoader(settings_).find(WEIR_INPUT, "thing").why.find("chmod go-w"),
            std::string::npos);
  fs::permissions(path, fs::perms::others_write, fs::perm_options::remove);
  fs::permissions(path, fs::perms::group_write, fs::perm_options::add);
  const bool own_group = getuid() == getgid();
  EXPECT_EQ(ModuleLoader(settings_).find(WEIR_INPUT, "thing").why.empty(), own_group);
  fs::permissions(path, fs::perms::group_write, fs::perm_options::remove);
  EXPECT_EQ(ModuleLoader(settings_).find(WEIR_INPUT, "thing").why, "");
  if (geteuid() != 0 || chown(path.c_str(), 12345, 0) != 0) {
    return;
  }  // Only root can give files away.
  EXPECT_NE(ModuleLoader(settings_).find(WEIR_INPUT, "thing").why.find("belongs to user 12345"),
            std::string::npos);
}

TEST_F(Loader, RefusesModulesOfAnotherContract) {
  expect_refusal(
      "wrong_abi",
      "was built for version 0.7 of the plugin contract (by cc 99.1), this agent has version 0.0");
  expect_refusal("small_size", "its weir_module says it is 8 bytes");
  expect_refusal("huge_size", "a weir_plugin says it is 4294967295 bytes");
  expect_refusal("other_contract", "it exports weir_module_v9");
}

TEST_F(Loader, RefusesModulesThatDoNotHoldTogether) {
  expect_refusal("null_module", "returns no weir_module");
  expect_refusal("no_plugins", "names no plugin");
  expect_refusal("no_ops", "inputs.thing has no weir_ops");
  expect_refusal("no_kind_ops", "inputs.thing has no weir_input_ops");
  expect_refusal("bad_default", "inputs.thing has a bad option: timeout has the default \"soon\"");
  expect_refusal("other_name", "holds inputs.somebody_else, but not inputs.thing");
  expect_refusal("own_process", "WEIR_MOD_OWN_PROCESS");
  expect_refusal("init_fails", "its init fails with status -1: the library is too old");
}

TEST_F(Loader, RefusesWrongExportsBeforeAnythingRuns) {
  expect_refusal("no_symbol", "exports no weir_module_v0");
  expect_refusal("extra_export", "helper");
}

TEST_F(Loader, RefusesWhatNeedsMoreThanTheHostHas) {
  expect_refusal("needs_more", "needs the extension weir.telepathy/1");
  settings_.extensions = {"weir.telepathy/1"};
  EXPECT_EQ(refusal("needs_more"), "");
}

// Goal: a foreign module whose loading goes wrong costs a message, not the agent.
TEST_F(Loader, TriesForeignModulesOutFirst) {
  settings_.prober = WEIR_TEST_PROBER;
  settings_.probe_timeout_ns = 60'000'000'000;
  expect_refusal("constructor_crashes",
                 "ends the process that loads it, in a static constructor or in init: Aborted");
  expect_refusal("constructor_throws", "nobody catches this");
  expect_refusal("constructor_exits", "init: status 3");
  EXPECT_EQ(refusal("good"), "");
  settings_.probe_timeout_ns = 300'000'000;
  expect_refusal("constructor_hangs", "is not loaded within 300ms");
}

TEST_F(Loader, TrustsModulesOfTheAgentsOwnDirectories) {
  copy("good", "first/inputs/thing.so");
  settings_.prober = "/no/such/program";
  settings_.trusted = {dir_.file("first")};
  ModuleLoader loader(settings_);
  const auto found = loader.find(WEIR_INPUT, "thing");
  ASSERT_NE(found.descriptor, nullptr) << found.why;
  EXPECT_TRUE(loader.trusted(found.descriptor));
  EXPECT_FALSE(loader.trusted(nullptr));
}

TEST_F(Loader, DoesNotTrustALinkThatLeadsElsewhere) {
  link("good", "first/inputs/thing.so");
  settings_.trusted = {dir_.file("first")};
  ModuleLoader loader(settings_);
  EXPECT_FALSE(loader.trusted(loader.find(WEIR_INPUT, "thing").descriptor));
}

TEST_F(Loader, TriesARefusedFileAgainWhenItChanged) {
  const std::string path = dir_.write("first/inputs/thing.so", "text");
  ModuleLoader loader(settings_);
  EXPECT_EQ(loader.find(WEIR_INPUT, "thing").descriptor, nullptr);
  fs::remove(path);
  copy("good", "first/inputs/thing.so");
  EXPECT_NE(loader.find(WEIR_INPUT, "thing").descriptor, nullptr);
}

TEST_F(Loader, FinishesEveryModuleOnce) {
  copy("good", "first/inputs/thing.so");
  ModuleLoader loader(settings_);
  const weir_plugin* plugin = loader.find(WEIR_INPUT, "thing").descriptor;
  ASSERT_NE(plugin, nullptr);
  EXPECT_STREQ(plugin->summary, "in use     ");
  loader.finish();
  EXPECT_STREQ(plugin->summary, "finished   ");
  loader.finish();
}

TEST(AddDirectories, PutsTheCommandLineFirst) {
  LoaderSettings settings;
  add_directories(settings, "/opt/weir/bin/weir", {"a"}, {"b", "c"});
  EXPECT_EQ(settings.directories, (std::vector<std::string>{"a", "b", "c", "/opt/weir/lib/weir",
                                                            "/opt/weir/bin/plugins"}));
  EXPECT_EQ(settings.trusted,
            (std::vector<std::string>{"/opt/weir/lib/weir", "/opt/weir/bin/plugins"}));
}

}  // namespace
}  // namespace weir::plugin
