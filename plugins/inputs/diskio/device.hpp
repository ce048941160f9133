#pragma once

// What udev and sysfs know of a block device, kept until its device file changes.
//
// Threads    One thread at a time per object.
// Ownership  Properties are valid until the next call on the same device.
// Errors     properties() tells why there are none; everything else that cannot be read is empty.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/procfs/roots.hpp"
#include "plugins/common/procfs/udev.hpp"

namespace weir::diskio_input {

class Devices {
 public:
  void open(const procfs::Roots& roots);

  // nullptr where they are not known; then problem says why.
  const procfs::Properties* properties(const std::string& name, std::string& problem);
  std::string serial(const std::string& name) const;
  std::string wwid(std::string_view name) const;
  // The name of the device that a symbolic link such as /dev/disk/by-id/... leads to; the link may be
  // given without /dev. What leads nowhere is taken as a name.
  std::string resolve(const std::string& link) const;

 private:
  struct Known {
    std::string name;
    std::int64_t changed_ns{-1};
    procfs::Properties properties;
  };
  std::string database_path(const std::string& name, const procfs::DeviceNode& node) const;
  Known& entry(const std::string& name);
  void add_from_sysfs(const std::string& name, procfs::Properties& properties) const;

  procfs::DeviceRoots roots_;
  std::vector<Known> known_;
};

// The links of a device without /dev/, from its property DEVLINKS.
std::vector<std::string_view> links_of(const procfs::Properties& properties);

// Replaces $NAME and ${NAME} by properties; false where one of them is missing.
bool expand(std::string_view name_template, const procfs::Properties& properties,
            std::string& name);

// diskstats has nvme0c1n1 where the device file is nvme0n1.
std::string device_file_name(std::string_view name);

}  // namespace weir::diskio_input
