#include "plugins/inputs/exec/exec.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/temp_dir.hpp"

namespace weir::exec {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;

class ExecInput : public testing::Test {
 public:
  // A violation that the kit finds at its end ends the program.
  ~ExecInput() noexcept override = default;

 protected:
  using Kit = weir::testing::plugin;

  Kit& use(const std::string& toml) {
    kit_.emplace(weir::testing::descriptor<Exec>(), toml);
    return *kit_;
  }
  std::string failure(const std::string& toml) {
    return failure_of([&] { use(toml).gather(); }).message;
  }
  void script(const std::string& name, const std::string& text) const {
    namespace fs = std::filesystem;
    fs::permissions(dir_.write(name, "#!/bin/sh\n" + text), fs::perms::owner_all);
  }

  const test::TempDir dir_;
  std::optional<Kit> kit_;
};

TEST_F(ExecInput, MakesADocumentOfEachOutput) {
  use("commands = [\"sh -c 'echo a; echo b'\"]\nenvironment = ['X=1']");
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"a\\nb\\n\""});
  use("commands = ['sh -c \"echo $X\"', '', 'true']\nenvironment = ['X=1 2']");
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"1 2\\n\""});
  EXPECT_EQ(kit_->metric("commands_run"), 2U);
  EXPECT_EQ(kit_->metric("bytes_read"), 4U);
}

TEST_F(ExecInput, FindsProgramsAnew) {
  script("a b.sh", "echo $0 $1");
  use("commands = ['" + dir_.file("*.sh") + " \"x y\"']");
  EXPECT_EQ(kit_->gather().size(), 1U);
  script("c.sh", "echo");
  EXPECT_EQ(kit_->gather().size(), 2U);
}

TEST_F(ExecInput, SendsLargeOutputs) {
  use("commands = ['head -c 5000000 /dev/zero']");
  kit_->gather();
  EXPECT_EQ(kit_->metric("bytes_read"), 5'000'000U);
}

TEST_F(ExecInput, TellsWhyACommandFailed) {
  const std::string toml =
      "commands = [\"sh -c 'echo out; echo why >&2; echo more >&2; exit 3'\"]\n";
  EXPECT_NE(failure(toml).find("ended with status 3: why"), std::string::npos);
  EXPECT_EQ(kit_->take_rows(), lines{});
  EXPECT_EQ(kit_->metric("commands_failed"), 1U);
  use(toml + "ignore_error = true");
  EXPECT_EQ(kit_->gather(), lines{"raw document session=1 last \"out\\n\""});
  EXPECT_NE(failure("commands = ['no-such-program x']").find("\"no-such-program x\" cannot"),
            std::string::npos);
}

TEST_F(ExecInput, ReadsTheOthersNevertheless) {
  const auto why = failure("commands = ['false', 'echo good', 'sh -c \"exit 2\"']");
  EXPECT_NE(why.find("ended with status"), std::string::npos);
  EXPECT_EQ(kit_->take_rows(), lines{"raw document session=1 last \"good\\n\""});
  EXPECT_TRUE(kit_->host().logged_text("ended with status", WEIR_LOG_ERROR));
}

TEST_F(ExecInput, EndsWhatTakesTooLong) {
  EXPECT_NE(failure("commands = ['sleep 1000']\ntimeout = '10ms'").find("its timeout"),
            std::string::npos);
}

TEST_F(ExecInput, LogsStandardError) {
  use("commands = [\"printf 'plain\\nW! careful\\nI! known\\nrest' >&2\", 'echo']\nlog_stderr = "
      "true");
  use("commands = [\"sh -c \\\"printf 'plain\\\\nW! careful\\\\nI! known\\\\nrest' >&2\\\"\"]\n"
      "log_stderr = true");
  kit_->gather();
  const auto& host = kit_->host();
  EXPECT_TRUE(host.logged_text("plain", WEIR_LOG_ERROR));
  EXPECT_TRUE(host.logged_text("rest", WEIR_LOG_ERROR));
  EXPECT_TRUE(host.logged_text("careful", WEIR_LOG_WARN));
  EXPECT_FALSE(host.logged_text("careful", WEIR_LOG_ERROR));
  EXPECT_FALSE(host.logged_text("I!"));
}

TEST_F(ExecInput, BeginsNothingWhenTheAgentStops) {
  use("commands = ['echo']").start();
  kit_->host().stopping_event();
  kit_->events();
  EXPECT_EQ(kit_->gather(), lines{});
  EXPECT_EQ(kit_->metric("commands_run"), 0U);
}

TEST_F(ExecInput, RefusesWhatItCannotRun) {
  const auto refusal = [this](const std::string& toml) {
    return failure_of([&] { use(toml); }).path;
  };
  EXPECT_EQ(refusal("commands = ['true', \"a 'b\"]"), "commands[1]");
  EXPECT_EQ(refusal("commands = ['/x/[a b']"), "commands[0]");
  EXPECT_EQ(refusal("commands = [' ']"), "commands[0]");
  EXPECT_EQ(refusal("environment = ['a=', 'b']"), "environment[1]");
}

}  // namespace
}  // namespace weir::exec
