#include "plugins/inputs/temp/temp.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::temp_input {
namespace {

using testing::lines;

// What is gathered of the newest tree.
lines gather(const char* toml = "") {
  testing::plugin temp(testing::descriptor<test::OnTree<Temp>>(), toml);
  temp.format() = {false, false};
  return temp.gather();
}

void write_sensors(const test::HostTree& tree) {
  tree.write("sys/class/hwmon/hwmon0/name", "nvme\n");
  tree.link("sys/devices/nvme0", "sys/class/hwmon/hwmon0/device");
  tree.write("sys/class/hwmon/hwmon0/temp1_input", "32850\n");
  tree.write("sys/class/hwmon/hwmon0/temp1_label", "Composite\n");
  tree.write("sys/class/hwmon/hwmon0/temp1_max", "81850\n");
  tree.write("sys/class/hwmon/hwmon0/temp1_alarm", "0\n");
  tree.write("sys/class/hwmon/hwmon0/temp2_input", "-5000\n");
  tree.write("sys/class/hwmon/hwmon0/temp2_label", "Sensor 1\n");
}

TEST(Temp, IsThatOfEachSensor) {
  const test::HostTree tree;
  write_sensors(tree);
  tree.write("sys/class/thermal/thermal_zone0/type", "x86_pkg\n");
  tree.write("sys/class/thermal/thermal_zone0/temp", "41000\n");
  EXPECT_EQ(gather(),
            (lines{"temp,sensor=nvme_composite temp=32.85", "temp,sensor=nvme_sensor_1 temp=-5"}));
  EXPECT_EQ(gather("always_gather_zones = true").back(), "temp,sensor=x86_pkg temp=41");
}

TEST(Temp, OfTheOldFormatHasLimitsToo) {
  const test::HostTree tree;
  write_sensors(tree);
  EXPECT_EQ(gather("metric_format = 'v1'\nadd_device_tag = true"),
            (lines{"temp,device=nvme0,sensor=nvme_composite_input temp=32.85",
                   "temp,device=nvme0,sensor=nvme_composite_alarm temp=0",
                   "temp,device=nvme0,sensor=nvme_composite_max temp=81.85",
                   "temp,device=nvme0,sensor=nvme_sensor1_input temp=-5"}));
}

TEST(Temp, OfOldKernelsStandsBelowTheDevice) {
  const test::HostTree tree;
  tree.write("sys/class/hwmon/hwmon0/device/temp1_input", "1000");
  tree.write("sys/class/hwmon/hwmon0/device/name", "core");
  EXPECT_EQ(gather(), lines{"temp,sensor=core temp=1"});
}

TEST(Temp, OfZonesWhereThereAreNoSensors) {
  const test::HostTree tree;
  tree.write("sys/class/thermal/thermal_zone0/type", "acpitz");
  tree.write("sys/class/thermal/thermal_zone0/temp", "27800");
  tree.write("sys/class/thermal/thermal_zone1/type", "broken");
  tree.write("sys/class/thermal/thermal_zone1/temp", "hot");
  tree.write("sys/class/thermal/thermal_zone2/temp", "1000");
  EXPECT_EQ(gather(), lines{"temp,sensor=acpitz temp=27.8"});
  EXPECT_EQ(gather("metric_format = 'v1'"), lines{"temp,sensor=acpitz_input temp=27.8"});
}

TEST(Temp, MayBeMissing) {
  const test::HostTree tree;
  EXPECT_EQ(gather(), lines{});
}

TEST(Temp, RefusesFormatsThatItDoesNotKnow) {
  EXPECT_EQ(testing::failure_of([] { gather("metric_format = 'v3'"); }).path, "metric_format");
}

}  // namespace
}  // namespace weir::temp_input
