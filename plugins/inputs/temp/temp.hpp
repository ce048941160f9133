#pragma once

// inputs.temp: temperatures of the sensors in /sys/class/hwmon, or else of the thermal zones.
//
// Threads    As in abi.h: one call at a time.
// Errors     A sensor that cannot be read is left out; one that sleeps is not waited for.
// Units      Degrees Celsius; the kernel writes thousandths.

#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/paths/path_glob.hpp"
#include "plugins/common/procfs/roots.hpp"

namespace weir::temp_input {

struct Temp {
  static constexpr weir::info meta{"temp", "1.0.0", "Read temperatures"};

  std::string metric_format;
  bool add_device_tag{};
  bool always_gather_zones{};

  static constexpr const char* const formats[] = {"v1", "v2", ""};
  static constexpr auto options = std::tuple{
      weir::opt{"metric_format", &Temp::metric_format, "\"v2\"",
                "v2 = a metric a sensor; v1 = its limits and alarms too, named as before"}
          .one_of(formats),
      weir::opt{"add_device_tag", &Temp::add_device_tag, "false",
                "Tag the device, to tell sensors of one name apart"},
      weir::opt{"always_gather_zones", &Temp::always_gather_zones, "false",
                "Read thermal zones even where there are sensors"}};

  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};

 private:
  struct Sensor {
    std::string folder, prefix;  // hwmon0, temp1
    std::string name, label, device;
  };
  static common::PathGlob glob(const std::string& pattern);
  bool add_sensor(const std::string& input, weir::sink& out) const;
  void add_limits(const Sensor& sensor, weir::sink& out) const;
  void add_row(const Sensor& sensor, std::string_view what, double value, weir::sink& out) const;
  void add_zone(const std::string& folder, weir::sink& out) const;

  common::PathGlob sensors_, sensors_of_devices_, zones_;
};

}  // namespace weir::temp_input
