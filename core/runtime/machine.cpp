#include "core/runtime/machine.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string_view>

#include <weir/abi.h>

namespace weir::runtime {
namespace {

// What the agent holds open itself, and what a plugin does without connections: a socket, a file, an epoll.
constexpr std::int64_t files_of_agent = 64;
constexpr std::int64_t files_of_plugin = 8;

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

double smaller(double a, double b) { return a > 0 && (b <= 0 || a < b) ? a : b; }

double ratio(double quota, double period) { return quota > 0 && period > 0 ? quota / period : 0; }

// "200000 100000", or "max 100000".
double quota_v2(const std::string& folder) {
  std::istringstream line(first_line(folder + "/cpu.max"));
  double quota = 0;
  double period = 0;
  return line >> quota >> period ? ratio(quota, period) : 0;
}

double number_in(const std::string& file) {
  std::istringstream line(first_line(file));
  double value = 0;
  return line >> value ? value : 0;
}

double quota_v1(const std::string& folder) {
  return ratio(number_in(folder + "/cpu.cfs_quota_us"), number_in(folder + "/cpu.cfs_period_us"));
}

// Of the group and of each above it, up to where the hierarchy is mounted.
double strictest(const std::string& mount, std::string path, double (*quota)(const std::string&)) {
  double least = quota(mount);
  for (; path.size() > 1; path.resize(std::min(path.size(), path.find_last_of('/')))) {
    least = smaller(quota(mount + path), least);
  }
  return least;
}

bool has_cpu(std::string_view controllers) {
  const std::string framed = "," + std::string(controllers) + ",";
  return framed.find(",cpu,") != std::string::npos;
}

std::int64_t integer_option(const config::PluginSettings& plugin, std::uint32_t index) {
  const weir_conf conf = plugin.options.conf();
  if (index >= conf.n) return 0;
  weir_value value{};
  std::memcpy(&value, conf.base + std::size_t{index} * sizeof value, sizeof value);
  return value.type == WEIR_C_INT ? std::max<std::int64_t>(0, value.v.i) : 0;
}

std::int64_t files_of(const config::PluginSettings& plugin) {
  std::int64_t files = files_of_plugin;
  const weir_opt* const* options = plugin.descriptor->opts;
  for (std::uint32_t i = 0; options != nullptr && options[i] != nullptr; ++i) {
    const std::string_view name(options[i]->name);
    if (name == "max_connections" || name == "max_tcp_connections") {
      files += integer_option(plugin, i);
    }
  }
  return files;
}

}  // namespace

std::vector<int> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(static_cast<std::size_t>(i), &set)) cores.push_back(i);
  }
  return cores;
}

double cpu_quota(const std::string& root) {
  const std::string mounts = root + "/sys/fs/cgroup";
  std::ifstream groups(root + "/proc/self/cgroup");
  double least = 0;
  for (std::string line; std::getline(groups, line);) {  // "4:cpu,cpuacct:/a/b", or "0::/a/b"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', std::min(first, line.size() - 1) + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      least = smaller(strictest(mounts, path, quota_v2), least);
    } else if (has_cpu(controllers)) {
      least = smaller(strictest(mounts + "/cpu", path, quota_v1), least);
      least = smaller(strictest(mounts + "/" + controllers, path, quota_v1), least);
    }
  }
  return least;
}

std::int64_t worker_threads(std::int64_t configured, std::int64_t cores, double quota) {
  if (configured > 0) return configured;
  const auto whole = static_cast<std::int64_t>(std::ceil(quota));
  return std::max<std::int64_t>(1, quota > 0 ? std::min(cores, whole) : cores);
}

std::int64_t worker_threads(std::int64_t configured) {
  return worker_threads(configured, static_cast<std::int64_t>(usable_cores().size()), cpu_quota());
}

std::int64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  constexpr rlim_t most = INT64_MAX;
  return static_cast<std::int64_t>(std::min(limit.rlim_cur, most));
}

std::int64_t files_wanted(const config::Settings& settings) {
  std::int64_t files = files_of_agent;
  for (const auto& s : settings.inputs) files += files_of(s);
  for (const auto& s : settings.processors) files += files_of(s);
  for (const auto& s : settings.aggregators) files += files_of(s);
  for (const auto& s : settings.outputs) files += files_of(s);
  return files;
}

std::string file_shortage(std::int64_t wanted, std::int64_t limit) {
  if (wanted <= limit) return {};
  return "the configuration allows for about " + std::to_string(wanted) +
         " open files and connections, but the process may have only " + std::to_string(limit) +
         ": set LimitNOFILE=" + std::to_string(wanted) +
         " for the service (systemctl edit weir), or lower max_connections";
}

void forbid_core_dumps(bool allowed) {
  rlimit limit{};
  if (allowed || ::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_CORE, &limit);  // downwards, which is always allowed
}

}  // namespace weir::runtime
