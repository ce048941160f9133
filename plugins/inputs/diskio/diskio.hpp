#pragma once

// inputs.diskio: traffic and timing of block devices, from /proc/diskstats; names and tags from udev.
//
// Threads    As in abi.h: one call at a time.
// Errors     A diskstats that cannot be read fails the gather. What udev does not know is said once for
//            each device.
// Units      Bytes, milliseconds, requests; io_util in percent.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/glob.hpp>
#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"
#include "plugins/inputs/diskio/counters.hpp"
#include "plugins/inputs/diskio/device.hpp"

namespace weir::diskio_input {

// Milliseconds of a clock that nobody sets.
std::int64_t steady_ms();

struct Diskio {
  static constexpr weir::info meta{"diskio", "1.0.0", "Read metrics about disk IO by device"};

  std::vector<std::string> devices, device_tags, name_templates;
  bool skip_serial_number{};

  static constexpr auto options = std::tuple{
      weir::opt{
          "devices", &Diskio::devices, "[]",
          "Devices to report, as names, globs of names or links below /dev/disk; empty = all"},
      weir::opt{"skip_serial_number", &Diskio::skip_serial_number, "true",
                "Leave out the tag serial"},
      weir::opt{"device_tags", &Diskio::device_tags, "[]", "Properties of udev to add as tags"},
      weir::opt{"name_templates", &Diskio::name_templates, "[]",
                "Names made of properties of udev, such as $DM_VG_NAME/$DM_LV_NAME; the first "
                "whose properties all exist is the name"}};

  void init();
  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};
  std::int64_t (*clock_ms)(){steady_ms};
  weir::host self;

 private:
  struct Device {
    std::string name;
    Counters counters{};
  };
  void read(std::string_view text);
  const Device* last_of(std::size_t index) const;
  void resolve_names();
  bool wants_by_name(std::string_view name) const;
  bool wants(const std::string& name, const procfs::Properties* properties) const;
  const procfs::Properties* properties_of(const std::string& name);
  void tell(const std::string& name, std::string_view problem);
  std::string_view name_of(const std::string& name, const procfs::Properties* properties);
  void report(weir::sink& out, std::size_t index, std::int64_t elapsed_ms);
  void add_tags(weir::sink& out, const std::string& name, const procfs::Properties* properties);

  procfs::File diskstats_;
  Devices udev_;
  weir::glob_list patterns_;
  std::vector<std::string> names_;  // of devices, links followed
  bool uses_properties_{false};
  std::vector<Device> devices_, last_;
  std::vector<std::string> told_;  // devices that udev does not know
  std::int64_t last_ms_{0};
  std::string expanded_;
};

}  // namespace weir::diskio_input
