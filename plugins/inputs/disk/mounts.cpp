#include "plugins/inputs/disk/mounts.hpp"

#include <algorithm>
#include <utility>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::disk_input {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) items.emplace_back(procfs::take_until(list, ','));
  return items;
}

bool holds(const std::vector<std::string>& options, std::string_view option) {
  return std::find(options.begin(), options.end(), option) != options.end();
}

// One line: 36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw,errors=continue
struct Line {
  std::string_view device_number, root, path, fstype, source;
  std::vector<std::string> mount_options, super_options;

  bool parse(std::string_view line) {
    constexpr std::string_view separator = " - ";
    const std::size_t at = line.find(separator);
    if (at == std::string_view::npos) return false;
    std::string_view left = line.substr(0, at);
    std::string_view right = line.substr(at + separator.size());
    procfs::take_word(left);
    procfs::take_word(left);
    device_number = procfs::take_word(left);
    root = procfs::take_word(left);
    path = procfs::take_word(left);
    mount_options = split(procfs::take_word(left));
    fstype = procfs::take_word(right);
    source = procfs::take_word(right);
    super_options = split(procfs::take_word(right));
    return !path.empty() && !source.empty();
  }

  // A btrfs subvolume has a root of its own without being part of another mount.
  bool is_bind() const {
    if (!source.starts_with('/') || root == "/") return false;
    const auto subvolume =
        std::find_if(super_options.begin(), super_options.end(),
                     [](const std::string& o) { return o.starts_with("subvol="); });
    return subvolume == super_options.end() || subvolume->substr(7) != root;
  }

  // Virtual file systems are told apart by what they show, not by where it comes from.
  std::string_view device() const { return source.starts_with('/') || root == "/" ? source : root; }

  // Writable is only what both the mount and its file system allow to be written.
  std::string_view mode() const {
    if (holds(mount_options, "ro") || holds(super_options, "ro")) return "ro";
    return holds(mount_options, "rw") && holds(super_options, "rw") ? "rw" : "";
  }
};

void replace_mode(std::vector<std::string>& options, std::string_view mode) {
  if (mode.empty()) return;
  std::erase_if(options,
                [](const std::string& option) { return option == "rw" || option == "ro"; });
  options.emplace(options.begin(), mode);
}

// Names that stand for another device.
std::string real_device(std::string device, std::string_view number, const procfs::Roots& roots) {
  if (device.starts_with("/dev/mapper/")) {
    const std::string real = procfs::resolve(procfs::join(roots.dev, device.substr(4)));
    return real.empty() ? device : real;
  }
  if (device != "/dev/root") return device;
  const std::string real =
      procfs::link_target(procfs::join(roots.sys, procfs::concat({"dev/block/", number})));
  return real.empty()
             ? device
             : procfs::concat({"/dev/", std::string_view(real).substr(real.rfind('/') + 1)});
}

class Table {
 public:
  explicit Table(const procfs::Roots& roots) : roots_(roots) {}

  void add(std::string_view text) {
    Line line;
    if (!line.parse(text)) return;
    Mount mount;
    const bool bind = line.is_bind();
    const std::string_view mode = line.mode();
    mount.device = real_device(device_of(line), line.device_number, roots_);
    mount.path = procfs::unescape_octal(line.path);
    mount.fstype = line.fstype;
    mount.options = std::move(line.mount_options);
    replace_mode(mount.options, mode);
    if (bind) mount.options.emplace_back("bind");
    mounts.push_back(std::move(mount));
  }

  std::vector<Mount> mounts;

 private:
  // Mounts of one file system have the device of the first.
  std::string device_of(const Line& line) {
    for (const auto& [number, device] : first_) {
      if (number == line.device_number) return device;
    }
    return first_.emplace_back(line.device_number, line.device()).second;
  }

  const procfs::Roots& roots_;
  std::vector<std::pair<std::string, std::string>> first_;  // device number, device
};

}  // namespace

bool Mount::has_option(std::string_view option) const { return holds(options, option); }

std::string_view Mount::mode() const {
  if (has_option("rw")) return "rw";
  return has_option("ro") ? "ro" : "unknown";
}

std::vector<Mount> parse_mountinfo(std::string_view text, const procfs::Roots& roots) {
  Table table(roots);
  while (!text.empty()) table.add(procfs::take_line(text));
  return std::move(table.mounts);
}

std::vector<Mount> parse_mounts(std::string_view text) {
  std::vector<Mount> mounts;
  while (!text.empty()) {
    std::string_view line = procfs::take_line(text);
    Mount mount;
    mount.device = procfs::take_word(line);
    mount.path = procfs::unescape_octal(procfs::take_word(line));
    mount.fstype = procfs::take_word(line);
    mount.options = split(procfs::take_word(line));
    if (!mount.options.empty()) mounts.push_back(std::move(mount));
  }
  return mounts;
}

}  // namespace weir::disk_input
