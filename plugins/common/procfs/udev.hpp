#pragma once

// What udev and sysfs know of a block device.
//
// Threads    Pure functions over the file systems.
// Errors     What cannot be read is empty or absent.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/procfs/roots.hpp"

namespace weir::procfs {

// A device file: its number and when it was changed last.
struct DeviceNode {
  int error{0};  // errno where it does not exist
  unsigned major{0}, minor{0};
  std::int64_t changed_ns{0};
};
DeviceNode device_node(const std::string& path);

// The file of udev's database about a device number.
std::string udev_path(const DeviceRoots& roots, const DeviceNode& node);

using Properties = std::vector<std::pair<std::string, std::string>>;  // name, value
const std::string* find(const Properties& properties, std::string_view name);
void set(Properties& properties, std::string_view name, std::string_view value);

// Parses a file of udev's database: its properties, and DEVLINKS made of its links. A property that
// stands there twice has its last value.
Properties udev_properties(std::string_view text);

// The name of a device-mapper device, else the label of its file system; empty where it has none.
// device is a name such as "sda1" or a path below /dev.
std::string device_label(const DeviceRoots& roots, std::string_view device);

}  // namespace weir::procfs
