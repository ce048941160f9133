#pragma once

// How many processors there are.
//
// Threads    One thread at a time per object.
// Errors     What cannot be read counts as absent; count() throws weir::retry where nothing at all
//            tells the number.

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"

namespace weir::system_input {

struct CpuCounts {
  std::int64_t logical{0}, physical{0};
};

// From the text of /proc/cpuinfo; 0 where it tells none.
std::int64_t logical_in_cpuinfo(std::string_view cpuinfo);
std::int64_t physical_in_cpuinfo(std::string_view cpuinfo);
// From the text of /proc/stat.
std::int64_t logical_in_stat(std::string_view stat);
// Groups of logical processors that sysfs tells to share a core; 0 where it tells none.
std::int64_t physical_in_sysfs(const std::string& sys);

// Counts again when the processors that are online change. Only the real kernel tells that reliably:
// with other files it counts at every call.
class CpuCounter {
 public:
  void open(const procfs::Roots& roots);
  CpuCounts count();

 private:
  bool changed();
  CpuCounts read();

  std::string sys_;
  procfs::File online_, cpuinfo_, stat_;
  std::string last_online_;
  CpuCounts counts_;
};

}  // namespace weir::system_input
