#include "plugins/inputs/diskio/diskio.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "plugins/common/procfs/text.hpp"

namespace weir::diskio_input {
namespace {

// By Counter.
constexpr std::array<weir::key, counter_count> names{
    "reads"_k,           "merged_reads"_k, "read_bytes"_k, "read_time"_k,        "writes"_k,
    "merged_writes"_k,   "write_bytes"_k,  "write_time"_k, "iops_in_progress"_k, "io_time"_k,
    "weighted_io_time"_k};

bool is_pattern(const std::string& device) {
  return device.find_first_of("*?[") != std::string::npos;
}

}  // namespace

std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void Diskio::init() {
  if (std::any_of(devices.begin(), devices.end(), is_pattern)) {
    patterns_ = weir::globs_of("devices", devices);
  }
  uses_properties_ = !patterns_.empty() || !device_tags.empty() || !name_templates.empty();
}

void Diskio::start() {
  diskstats_ = procfs::File(procfs::join(roots.proc, "diskstats"));
  udev_.open(roots);
}

// Links may lead elsewhere the next time.
void Diskio::resolve_names() {
  names_.clear();
  if (!patterns_.empty()) return;
  for (const std::string& device : devices) names_.push_back(udev_.resolve(device));
}

bool Diskio::wants_by_name(std::string_view name) const {
  return names_.empty() || std::find(names_.begin(), names_.end(), name) != names_.end();
}

bool Diskio::wants(const std::string& name, const procfs::Properties* properties) const {
  if (patterns_.empty() || patterns_.matches(name)) return true;
  if (properties == nullptr) return false;
  const std::vector<std::string_view> links = links_of(*properties);
  return std::any_of(links.begin(), links.end(),
                     [&](std::string_view link) { return patterns_.matches(link); });
}

void Diskio::read(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    std::string_view name;
    Counters counters;
    if (!parse_counters(procfs::take_line(text), name, counters)) continue;
    if (is_idle(counters) || !wants_by_name(name)) continue;
    if (count == devices_.size()) devices_.emplace_back();
    devices_[count].name = name;
    devices_[count++].counters = counters;
  }
  devices_.resize(count);
}

// Devices mostly come in the order they came in last time.
const Diskio::Device* Diskio::last_of(std::size_t index) const {
  const std::string& name = devices_[index].name;
  if (index < last_.size() && last_[index].name == name) return &last_[index];
  for (const Device& device : last_) {
    if (device.name == name) return &device;
  }
  return nullptr;
}

const procfs::Properties* Diskio::properties_of(const std::string& name) {
  if (!uses_properties_) return nullptr;
  std::string problem;
  const procfs::Properties* properties = udev_.properties(name, problem);
  if (properties == nullptr) tell(name, problem);
  return properties;
}

void Diskio::tell(const std::string& name, std::string_view problem) {
  if (!self || std::find(told_.begin(), told_.end(), name) != told_.end()) return;
  told_.push_back(name);
  self.warn(procfs::concat({problem, "; ", name, " has no tags, links and name of udev"}));
}

std::string_view Diskio::name_of(const std::string& name, const procfs::Properties* properties) {
  if (properties == nullptr) return name;
  for (const std::string& name_template : name_templates) {
    if (expand(name_template, *properties, expanded_)) return expanded_;
  }
  return name;
}

void Diskio::add_tags(weir::sink& out, const std::string& name,
                      const procfs::Properties* properties) {
  out.tag("name"_k, name_of(name, properties));
  const std::string wwid = udev_.wwid(name);
  if (!wwid.empty()) out.tag("wwid"_k, wwid);
  for (const std::string& tag : device_tags) {
    const std::string* value = properties == nullptr ? nullptr : procfs::find(*properties, tag);
    if (value != nullptr) out.tag(tag, *value);
  }
  if (skip_serial_number) return;
  const std::string serial = udev_.serial(name);
  out.tag("serial"_k, serial.empty() ? std::string_view("unknown") : serial);
}

void Diskio::report(weir::sink& out, std::size_t index, std::int64_t elapsed_ms) {
  const Device& device = devices_[index];
  const procfs::Properties* properties = properties_of(device.name);
  if (!wants(device.name, properties)) return;
  out.metric("diskio"_k).kind(WEIR_COUNTER);
  add_tags(out, device.name, properties);
  for (std::size_t counter = 0; counter < counter_count; ++counter) {
    out.field(names[counter], device.counters[counter]);
  }
  const Device* last = last_of(index);
  if (last == nullptr) return;
  const Rates rates = rates_between(last->counters, device.counters, elapsed_ms);
  if (rates.has_requests) {
    out.field("io_await"_k, rates.await_ms).field("io_svctm"_k, rates.service_ms);
  }
  if (rates.has_time) out.field("io_util"_k, rates.util_percent);
}

void Diskio::gather(weir::sink& out) {
  const std::string_view text = diskstats_.read();
  const std::int64_t now_ms = clock_ms();
  resolve_names();
  read(text);
  for (std::size_t index = 0; index < devices_.size(); ++index) {
    report(out, index, now_ms - last_ms_);
  }
  last_.swap(devices_);
  last_ms_ = now_ms;
}

}  // namespace weir::diskio_input

WEIR_MODULE("diskio", "1.0.0", weir::diskio_input::Diskio)
