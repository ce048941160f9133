#include "plugins/inputs/system/system.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>

#include "plugins/common/procfs/text.hpp"
#include "plugins/inputs/system/platform.hpp"
#include "plugins/inputs/system/users.hpp"

namespace weir::system_input {
namespace {

constexpr std::string_view groups[] = {"legacy", "cpus", "dmi", "load", "os", "uptime", "users"};
constexpr double load_unit = 1 << SI_LOAD_SHIFT;

bool parse_load(std::string_view text, double (&loads)[3]) {
  for (double& load : loads) {
    if (!procfs::take_number(text, load)) return false;
  }
  return true;
}

Texts read_os(const procfs::Roots& roots) {
  Platform platform = read_platform(roots);
  struct utsname kernel{};
  uname(&kernel);
  return {{"arch", kernel.machine},
          {"kernel_version", kernel.release},
          {"os", "linux"},
          {"platform", std::move(platform.name)},
          {"platform_family", std::move(platform.family)},
          {"platform_version", std::move(platform.version)}};
}

void add_texts(weir::sink& out, const Texts& texts) {
  for (const auto& [field, text] : texts) out.field(field, std::string_view(text));
}

}  // namespace

std::string format_uptime(std::uint64_t seconds) {
  const std::uint64_t days = seconds / 86'400;
  const std::uint64_t hours = seconds / 3600 % 24;
  const std::uint64_t minutes = seconds / 60 % 60;
  std::string text;
  if (days != 0) text = std::to_string(days) + (days > 1 ? " days, " : " day, ");
  text.append(hours < 10 ? " " : "").append(std::to_string(hours));
  return text.append(minutes < 10 ? ":0" : ":").append(std::to_string(minutes));
}

bool System::wants(std::string_view what) const {
  return std::find(include.begin(), include.end(), what) != include.end();
}

void System::init() {
  if (include.empty()) include = {"legacy"};
  for (const std::string& what : include) {
    if (std::find(std::begin(groups), std::end(groups), what) == std::end(groups)) {
      throw weir::config_error("include", "\"" + what +
                                              "\" is not known; known are legacy, cpus, dmi, "
                                              "load, os, uptime and users");
    }
  }
}

void System::start() {
  load_ = procfs::File(procfs::join(roots.proc, "loadavg"));
  users_ = procfs::File(procfs::join(roots.var, "run/utmp"));
  cpus_.open(roots);
}

struct sysinfo System::ask_kernel() const {
  struct sysinfo info{};
  if (read_sysinfo(&info) != 0) throw weir::retry(procfs::cannot_read("sysinfo", errno));
  return info;
}

void System::refresh(Cache& cache, weir::duration ttl,
                     Texts (*read)(const procfs::Roots& roots)) const {
  const std::int64_t now = self ? self.now() : 0;
  if (cache.filled && now - cache.read_ns <= ttl.ns && ttl.ns != 0) return;
  cache = {read(roots), now, true};
}

void System::add_load(weir::sink& out) {
  double loads[3] = {};
  std::string_view text;
  if (load_.try_read(text) != 0 || !parse_load(text, loads)) {
    const struct sysinfo info = ask_kernel();
    for (std::size_t i = 0; i < 3; ++i) loads[i] = static_cast<double>(info.loads[i]) / load_unit;
  }
  out.field("load1"_k, loads[0]).field("load5"_k, loads[1]).field("load15"_k, loads[2]);
}

void System::add_cpus(weir::sink& out) {
  const CpuCounts counts = cpus_.count();
  out.field("n_cpus"_k, counts.logical).field("n_physical_cpus"_k, counts.physical);
}

// Many machines have no utmp, or none for everybody's eyes: then there are no such fields.
void System::add_users(weir::sink& out) {
  std::string_view records;
  const int error = users_.try_read(records);
  if (error != 0) {
    if (self && self.logs(WEIR_LOG_DEBUG)) self.debug(procfs::cannot_read(users_.path(), error));
    return;
  }
  const UserCounts counts = users_in(records);
  out.field("n_users"_k, counts.sessions).field("n_unique_users"_k, counts.names);
}

void System::add_legacy(weir::sink& out) {
  const auto uptime = static_cast<std::uint64_t>(ask_kernel().uptime);
  out.metric("system"_k).kind(WEIR_GAUGE);
  add_load(out);
  add_cpus(out);
  add_users(out);
  out.metric("system"_k).kind(WEIR_COUNTER).field("uptime"_k, uptime);
  out.metric("system"_k).field("uptime_format"_k, format_uptime(uptime));
}

template <typename Add>
void System::group(std::string_view name, Add&& add) {
  if (!wants(name)) return;
  try {
    add();
  } catch (const weir::retry& failed) {
    if (problem_.empty()) problem_ = failed.what();
  }
}

void System::gather(weir::sink& out) {
  problem_.clear();
  group("legacy", [&] { add_legacy(out); });
  out.metric("system"_k);
  group("cpus", [&] { add_cpus(out); });
  group("load", [&] { add_load(out); });
  group("users", [&] { add_users(out); });
  group("uptime", [&] { out.field("uptime"_k, static_cast<std::uint64_t>(ask_kernel().uptime)); });
  group("os", [&] {
    refresh(os_, os_cache_ttl, read_os);
    add_texts(out, os_.texts);
  });
  group("dmi", [&] {
    refresh(dmi_, dmi_cache_ttl, read_dmi);
    add_texts(out, dmi_.texts);
  });
  if (!problem_.empty()) throw weir::retry(problem_);
}

}  // namespace weir::system_input

WEIR_MODULE("system", "1.0.0", weir::system_input::System)
