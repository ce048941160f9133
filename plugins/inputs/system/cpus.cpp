#include "plugins/inputs/system/cpus.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "plugins/common/procfs/directory.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::system_input {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_with(std::string_view line, std::string_view word) {
  return line.size() >= word.size() && std::equal(word.begin(), word.end(), line.begin(),
                                                  [](char a, char b) { return a == lower(b); });
}

bool is_numbered_cpu(std::string_view name) {
  return name.size() > 3 && name.starts_with("cpu") && name[3] >= '0' && name[3] <= '9';
}

// The lists of siblings in a file of every processor's folder; each list is one core.
std::int64_t distinct_lists(const std::string& sys, const char* file) {
  const std::string folder = procfs::join(sys, "devices/system/cpu");
  procfs::Directory cpus;
  std::vector<std::string> lists;
  int error = cpus.open(folder);
  if (error != 0) return 0;
  while (const char* name = cpus.next(error)) {
    if (!is_numbered_cpu(name)) continue;
    std::string list = procfs::read_trimmed(procfs::concat({folder, "/", name, file}));
    if (!list.empty()) lists.push_back(std::move(list));
  }
  std::sort(lists.begin(), lists.end());
  return std::unique(lists.begin(), lists.end()) - lists.begin();
}

// One section of cpuinfo: a logical processor's.
struct Section {
  std::int64_t package{-1}, cores{-1};

  void take(std::string_view line) {
    const std::string_view name = procfs::trim(procfs::take_until(line, ':'));
    if (name == "physical id") procfs::to_number(procfs::trim(line), package);
    if (name == "cpu cores") procfs::to_number(procfs::trim(line), cores);
  }
};

}  // namespace

std::int64_t logical_in_cpuinfo(std::string_view cpuinfo) {
  std::int64_t count = 0;
  while (!cpuinfo.empty()) {
    std::string_view line = procfs::take_line(cpuinfo);
    if (!begins_with(line, "processor")) continue;
    std::uint32_t number = 0;
    procfs::take_until(line, ':');
    if (procfs::to_number(procfs::trim(line), number)) ++count;
  }
  return count;
}

std::int64_t logical_in_stat(std::string_view stat) {
  std::int64_t count = 0;
  while (!stat.empty()) {
    const std::string_view line = procfs::take_line(stat);
    if (is_numbered_cpu(line)) ++count;
  }
  return count;
}

std::int64_t physical_in_cpuinfo(std::string_view cpuinfo) {
  std::vector<Section> packages;
  while (!cpuinfo.empty()) {
    Section section;
    std::string_view line;
    do {
      line = procfs::trim(procfs::take_line(cpuinfo));
      section.take(line);
    } while (!line.empty() && !cpuinfo.empty());
    const auto same = [&](const Section& known) { return known.package == section.package; };
    if (section.package < 0 || section.cores < 0) continue;
    if (std::none_of(packages.begin(), packages.end(), same)) packages.push_back(section);
  }
  std::int64_t count = 0;
  for (const Section& package : packages) count += package.cores;
  return count;
}

std::int64_t physical_in_sysfs(const std::string& sys) {
  const std::int64_t count = distinct_lists(sys, "/topology/core_cpus_list");
  return count != 0 ? count : distinct_lists(sys, "/topology/thread_siblings_list");
}

void CpuCounter::open(const procfs::Roots& roots) {
  sys_ = roots.sys;
  online_ = procfs::File(procfs::join(roots.sys, "devices/system/cpu/online"));
  cpuinfo_ = procfs::File(procfs::join(roots.proc, "cpuinfo"));
  stat_ = procfs::File(procfs::join(roots.proc, "stat"));
  last_online_.clear();
}

bool CpuCounter::changed() {
  std::string_view online;
  const bool told = online_.try_read(online) == 0 && online_.is_pinned() && cpuinfo_.is_pinned();
  if (told && online == last_online_) return false;
  last_online_ = online;
  return true;
}

CpuCounts CpuCounter::read() {
  std::string_view cpuinfo;
  const int error = cpuinfo_.try_read(cpuinfo);
  CpuCounts counts{logical_in_cpuinfo(cpuinfo), physical_in_sysfs(sys_)};
  if (counts.physical == 0) counts.physical = physical_in_cpuinfo(cpuinfo);
  if (counts.logical == 0) counts.logical = logical_in_stat(stat_.read());
  if (counts.physical == 0 && error != 0) cpuinfo_.read();
  return counts;
}

CpuCounts CpuCounter::count() {
  if (changed()) counts_ = read();
  return counts_;
}

}  // namespace weir::system_input
