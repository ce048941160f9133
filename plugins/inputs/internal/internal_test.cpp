#include "plugins/inputs/internal/internal.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/inputs/internal/memory.hpp"

namespace weir::internal_input {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using weir::testing::plugin;

constexpr const char* agent_row =
    "internal_agent,version=1 metrics_gathered=7i 1000000000000000000";

class InternalInput : public testing::Test {
 public:
  // A violation that the kit finds at its end ends the program.
  ~InternalInput() noexcept override = default;

 protected:
  plugin& use(const std::string& toml) {
    kit_.emplace(weir::testing::descriptor<Internal>(), toml,
                 [](weir::testing::host& h) { h.self_rows({agent_row}); });
    return *kit_;
  }
  std::optional<plugin> kit_;
};

TEST_F(InternalInput, EmitsTheCountersOfTheAgent) {
  EXPECT_EQ(use("collect_memstats = false").gather(), lines{agent_row});
}

TEST_F(InternalInput, TellsItsMemory) {
  const lines rows = use("").gather();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[1].starts_with("internal_memstats alloc_bytes=")) << rows[1];
  EXPECT_EQ(rows[1].find("resident_bytes=0u"), std::string::npos) << rows[1];
}

TEST_F(InternalInput, RefusesStatisticsOfGo) {
  EXPECT_EQ(failure_of([&] { use("collect_gostats = true"); }).path, "collect_gostats");
  EXPECT_EQ(failure_of([&] { use("collect_gostats = false"); }).status, WEIR_OK);
}

TEST(Memory, KnowsWhatIsAllocated) {
  const Memory before = memory_of_process();
  const std::vector<char> much(std::size_t{64} << 20, 'x');
  const Memory after = memory_of_process();
  EXPECT_GE(after.resident_bytes, before.resident_bytes + much.size() / 2);
  EXPECT_GE(after.resident_peak_bytes, after.resident_bytes / 2);
  EXPECT_GE(after.virtual_bytes, after.resident_bytes);
}

TEST(Memory, ReadsPages) {
  Memory m;
  read_statm("300 20 5 1 0 7 0\n", 4096, m);
  EXPECT_EQ(m.virtual_bytes, 300U * 4096);
  EXPECT_EQ(m.resident_bytes, 20U * 4096);
  read_statm("", 4096, m);
  EXPECT_EQ(m.resident_bytes, 0U);
}

}  // namespace
}  // namespace weir::internal_input
