#include "plugins/inputs/cpu/topology.hpp"

#include <cstdint>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::cpu_input {
namespace {

void take(std::string_view line, std::vector<Place>& places) {
  if (line.find(':') == std::string_view::npos) return;
  const std::string_view name = procfs::trim(procfs::take_until(line, ':'));
  const std::string_view value = procfs::trim(line);
  std::uint32_t number = 0;
  if (name == "processor" || name == "cpu number") {
    if (procfs::to_number(value, number)) places.push_back({"cpu" + std::string(value), "", ""});
  } else if (!places.empty() && name == "core id") {
    places.back().core_id = value;
  } else if (!places.empty() && (name == "physical id" || name == "hart")) {
    places.back().physical_id = value;
  }
}

}  // namespace

std::vector<Place> places_of(std::string_view cpuinfo, const procfs::Roots& roots) {
  std::vector<Place> places;
  while (!cpuinfo.empty()) take(procfs::take_line(cpuinfo), places);
  for (Place& place : places) {
    if (!place.core_id.empty()) continue;
    const std::string folder = procfs::join(roots.sys, "devices/system/cpu/");
    place.core_id = procfs::read_trimmed(procfs::concat({folder, place.cpu, "/topology/core_id"}));
  }
  return places;
}

}  // namespace weir::cpu_input
