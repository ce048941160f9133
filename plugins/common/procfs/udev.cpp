#include "plugins/common/procfs/udev.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::procfs {
namespace {

void add_link(Properties& properties, std::string_view link) {
  const std::string* links = find(properties, "DEVLINKS");
  const std::string before = links == nullptr ? std::string() : concat({*links, " "});
  set(properties, "DEVLINKS", concat({before, "/dev/", link}));
}

}  // namespace

DeviceNode device_node(const std::string& path) {
  struct stat about{};
  DeviceNode node;
  if (stat(path.c_str(), &about) != 0) {
    node.error = errno;
    return node;
  }
  node.major = major(about.st_rdev);
  node.minor = minor(about.st_rdev);
  node.changed_ns = about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec;
  return node;
}

std::string udev_path(const DeviceRoots& roots, const DeviceNode& node) {
  const std::string major = std::to_string(node.major);
  return concat({join(roots.run, "udev/data/b"), major, ":", std::to_string(node.minor)});
}

const std::string* find(const Properties& properties, std::string_view name) {
  for (const auto& [key, value] : properties) {
    if (key == name) return &value;
  }
  return nullptr;
}

void set(Properties& properties, std::string_view name, std::string_view value) {
  for (auto& [key, old] : properties) {
    if (key == name) {
      old = value;
      return;
    }
  }
  properties.emplace_back(name, value);
}

Properties udev_properties(std::string_view text) {
  Properties properties;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.size() < 4) continue;
    const std::string_view sort = line.substr(0, 2);
    line.remove_prefix(2);
    if (sort == "S:") add_link(properties, line);
    if (sort != "E:" || line.find('=') == std::string_view::npos) continue;
    const std::string_view name = take_until(line, '=');
    set(properties, name, line);
  }
  return properties;
}

std::string device_label(const DeviceRoots& roots, std::string_view device) {
  if (device.starts_with("/dev/")) device.remove_prefix(5);
  std::string mapped = read_trimmed(concat({join(roots.sys, "block/"), device, "/dm/name"}));
  if (!mapped.empty()) return mapped;
  const DeviceNode node = device_node(join(roots.dev, device));
  if (node.error != 0) return {};
  File database(udev_path(roots, node), false);
  std::string_view text;
  if (database.try_read(text) != 0) return {};
  const Properties properties = udev_properties(text);
  const std::string* label = find(properties, "ID_FS_LABEL");
  return label == nullptr ? std::string() : *label;
}

}  // namespace weir::procfs
