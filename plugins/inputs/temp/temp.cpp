#include "plugins/inputs/temp/temp.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"
#include "plugins/common/text/go_number.hpp"

namespace weir::temp_input {
namespace {

std::optional<double> degrees(std::string_view text) {
  double thousandths = 0;
  if (common::parse_go_float(procfs::trim(text), thousandths) != common::GoNumber::ok) return {};
  return thousandths / 1000;
}

// A device that is asleep would make a plain read wait.
bool read_at_once(const std::string& path, std::string& text) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  std::array<char, 64> bytes{};
  const ssize_t n = ::read(fd, bytes.data(), bytes.size());
  ::close(fd);
  text.assign(bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  return n >= 0;
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }
std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

// A tree that was copied may have a link as a file with its text.
std::string device_of(const std::string& folder) {
  std::string target = procfs::link_target(folder + "/device");
  if (target.empty()) target = procfs::read_trimmed(folder + "/device");
  while (target.ends_with('/')) target.pop_back();
  return std::string(name_of(target));
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return text;
}

}  // namespace

common::PathGlob Temp::glob(const std::string& pattern) {
  common::PathGlob made;
  made.compile(pattern);
  return made;
}

void Temp::start() {
  sensors_ = glob(procfs::join(roots.sys, "class/hwmon/hwmon*/temp*_input"));
  sensors_of_devices_ = glob(procfs::join(roots.sys, "class/hwmon/hwmon*/device/temp*_input"));
  zones_ = glob(procfs::join(roots.sys, "class/thermal/thermal_zone*"));
}

void Temp::gather(weir::sink& out) {
  std::vector<std::string> inputs = sensors_.find();
  if (inputs.empty()) inputs = sensors_of_devices_.find();  // as old kernels had them
  bool any = false;
  for (const std::string& input : inputs) any = add_sensor(input, out) || any;
  if (any && !always_gather_zones) return;
  for (const std::string& folder : zones_.find()) add_zone(folder, out);
}

bool Temp::add_sensor(const std::string& input, weir::sink& out) const {
  Sensor s;
  s.folder = folder_of(input);
  s.prefix = name_of(input).substr(0, name_of(input).find('_'));
  s.device = device_of(s.folder);
  s.name = procfs::read_trimmed(s.folder + "/name");
  if (s.name.empty()) s.name = s.device;
  s.label = lower(procfs::read_trimmed(s.folder + "/" + s.prefix + "_label"));
  std::string text;
  if (!read_at_once(input, text)) return false;
  const bool limits = metric_format == "v1";
  add_row(s, limits ? "_input" : "", degrees(text).value_or(0), out);
  if (limits) add_limits(s, out);
  return true;
}

// What else the kernel says of a sensor: temp1_max, temp1_alarm...
void Temp::add_limits(const Sensor& sensor, weir::sink& out) const {
  const std::string begin = sensor.folder + "/" + sensor.prefix;
  for (const std::string& path : glob(begin + "_*").find()) {
    const std::string_view what = std::string_view(path).substr(begin.size());
    if (what == "_label" || what == "_input") continue;
    if (const auto value = degrees(procfs::read_trimmed(path))) add_row(sensor, what, *value, out);
  }
}

void Temp::add_row(const Sensor& sensor, std::string_view what, double value,
                   weir::sink& out) const {
  std::string name = sensor.name;
  if (!sensor.label.empty()) {
    std::string label = sensor.label;
    if (metric_format == "v1") {
      std::erase(label, ' ');
    } else {
      std::replace(label.begin(), label.end(), ' ', '_');
    }
    name += "_" + label;
  }
  name += what;
  builder& row = out.metric("temp"_k).tag("sensor"_k, name);
  if (add_device_tag) row.tag("device"_k, sensor.device);
  row.field("temp"_k, value);
}

void Temp::add_zone(const std::string& folder, weir::sink& out) const {
  Sensor zone;
  zone.name = procfs::read_trimmed(folder + "/type");
  std::string text;
  if (zone.name.empty() || !read_at_once(folder + "/temp", text)) return;
  const auto value = degrees(text);
  if (value) add_row(zone, metric_format == "v1" ? "_input" : "", *value, out);
}

}  // namespace weir::temp_input

WEIR_MODULE("temp", "1.0.0", weir::temp_input::Temp)
