#include "plugins/inputs/diskio/device.hpp"

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::diskio_input {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The variable at the begin of text, which is a "$", and its length; length 0 where it is none.
std::string_view variable_at(std::string_view text, std::size_t& length) {
  const bool braces = text.size() > 1 && text[1] == '{';
  const std::size_t begin = braces ? 2 : 1;
  std::size_t end = begin;
  while (end < text.size() && is_word_character(text[end])) ++end;
  const bool closed = !braces || (end < text.size() && text[end] == '}');
  length = end == begin || !closed ? 0 : end + (braces ? 1 : 0);
  return text.substr(begin, end - begin);
}

std::string base_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));  // npos + 1 is 0
}

}  // namespace

void Devices::open(const procfs::Roots& roots) {
  roots_ = roots.devices_in_host_tree();
  known_.clear();
}

std::string Devices::database_path(const std::string& name, const procfs::DeviceNode& node) const {
  std::string path = procfs::udev_path(roots_, node);
  if (procfs::exists(path)) return path;
  return procfs::join(roots_.dev, procfs::concat({".udev/db/block:", name}));  // before systemd
}

const procfs::Properties* Devices::properties(const std::string& name, std::string& problem) {
  const std::string path = procfs::join(roots_.dev, name);
  const procfs::DeviceNode node = procfs::device_node(path);
  if (node.error != 0) {
    problem = procfs::cannot_read(path, node.error);
    return nullptr;
  }
  Known& known = entry(name);
  if (known.changed_ns == node.changed_ns) return &known.properties;
  procfs::File database(database_path(name, node), false);
  std::string_view text;
  const int error = database.try_read(text);
  if (error != 0) {
    problem = procfs::cannot_read(database.path(), error);
    return nullptr;
  }
  known.changed_ns = node.changed_ns;
  known.properties = procfs::udev_properties(text);
  add_from_sysfs(name, known.properties);
  return &known.properties;
}

Devices::Known& Devices::entry(const std::string& name) {
  for (Known& known : known_) {
    if (known.name == name) return known;
  }
  Known& fresh = known_.emplace_back();
  fresh.name = name;
  return fresh;
}

void Devices::add_from_sysfs(const std::string& name, procfs::Properties& properties) const {
  const std::string folder = procfs::join(roots_.sys, procfs::concat({"class/block/", name, "/"}));
  procfs::File uevent(procfs::concat({folder, "uevent"}), false);
  std::string_view text;
  if (uevent.try_read(text) != 0) return;
  while (!text.empty()) {
    std::string_view line = procfs::take_line(text);
    if (!line.starts_with("DEV") || line.find('=') == std::string_view::npos) continue;
    const std::string_view key = procfs::trim(procfs::take_until(line, '='));
    const std::string_view value = procfs::trim(line);
    const bool relative = key == "DEVNAME" && !value.starts_with("/dev");
    procfs::set(properties, key, procfs::concat({relative ? "/dev/" : "", value}));
  }
  const std::string target = procfs::resolve(procfs::concat({folder, "device"}));
  std::string_view hardware = target;
  if (hardware.empty()) return;
  if (hardware.starts_with(roots_.sys)) hardware.remove_prefix(roots_.sys.size());
  procfs::set(properties, "DEVPATH", procfs::join(hardware, name));
}

std::string Devices::serial(const std::string& name) const {
  const procfs::DeviceNode node =
      procfs::device_node(procfs::join(roots_.dev, device_file_name(name)));
  if (node.error != 0) return {};
  procfs::File database(procfs::udev_path(roots_, node), false);
  std::string_view text;
  database.try_read(text);
  const procfs::Properties properties = procfs::udev_properties(text);
  const std::string* serial = procfs::find(properties, "ID_SERIAL");
  if (serial != nullptr && !serial->empty()) return std::string(procfs::trim(*serial));
  // A partition has no device of its own; that of the whole disk has the minor number 0.
  const std::string major = std::to_string(node.major);
  const std::string folder =
      procfs::join(roots_.sys, procfs::concat({"dev/block/", major, ":0/device/"}));
  const std::string model = procfs::read_trimmed(procfs::concat({folder, "model"}));
  const std::string number = procfs::read_trimmed(procfs::concat({folder, "serial"}));
  return model.empty() || number.empty() ? std::string() : procfs::concat({model, "_", number});
}

std::string Devices::wwid(std::string_view name) const {
  return procfs::read_trimmed(procfs::join(roots_.sys, procfs::concat({"block/", name, "/wwid"})));
}

std::string Devices::resolve(const std::string& link) const {
  std::string target = procfs::resolve(link);
  if (target.empty()) target = procfs::resolve(procfs::join(roots_.dev, link));
  return base_name(target.empty() ? link : target);
}

std::vector<std::string_view> links_of(const procfs::Properties& properties) {
  std::vector<std::string_view> links;
  const std::string* all = procfs::find(properties, "DEVLINKS");
  std::string_view rest = all == nullptr ? std::string_view() : *all;
  while (!rest.empty()) {
    std::string_view link = procfs::take_until(rest, ' ');
    if (link.starts_with("/dev/")) link.remove_prefix(5);
    links.push_back(link);
  }
  return links;
}

bool expand(std::string_view name_template, const procfs::Properties& properties,
            std::string& name) {
  name.clear();
  while (!name_template.empty()) {
    std::size_t length = 0;
    std::string_view variable;
    if (name_template[0] == '$') variable = variable_at(name_template, length);
    if (length == 0) {
      name += name_template[0];
      name_template.remove_prefix(1);
      continue;
    }
    const std::string* value = procfs::find(properties, variable);
    if (value == nullptr) return false;
    name += *value;
    name_template.remove_prefix(length);
  }
  return true;
}

std::string device_file_name(std::string_view name) {
  constexpr std::string_view prefix = "nvme";
  const std::size_t controller = name.find('c');
  const std::size_t space = name.find('n', controller == std::string_view::npos ? 0 : controller);
  const bool has_controller = name.starts_with(prefix) && controller != std::string_view::npos &&
                              controller > prefix.size() && space != std::string_view::npos;
  if (!has_controller) return std::string(name);
  return procfs::concat({name.substr(0, controller), name.substr(space)});
}

}  // namespace weir::diskio_input
