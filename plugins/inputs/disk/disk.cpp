#include "plugins/inputs/disk/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "plugins/common/procfs/udev.hpp"

namespace weir::disk_input {
namespace {

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

double percent(std::uint64_t used, std::uint64_t free) {
  if (used + free == 0) return 0;
  return static_cast<double>(used) / (static_cast<double>(used) + static_cast<double>(free)) * 100;
}

std::string without(std::string text, std::string_view unwanted) {
  for (std::size_t at = text.find(unwanted); at != std::string::npos;
       at = text.find(unwanted, at)) {
    text.erase(at, unwanted.size());
  }
  return text;
}

}  // namespace

void Disk::start() {
  const std::string first = roots.mountinfo.empty()
                                ? procfs::join(roots.proc, "1")
                                : roots.mountinfo.substr(0, roots.mountinfo.rfind('/'));
  const std::string own = procfs::join(roots.proc, "self");
  first_ = procfs::File(procfs::join(first, "mountinfo"), false);
  own_ = procfs::File(procfs::join(own, "mountinfo"), false);
  first_old_ = procfs::File(procfs::join(first, "mounts"), false);
  own_old_ = procfs::File(procfs::join(own, "mounts"), false);
}

// The first process sees the host's mounts; a container may have to do with its own.
std::string_view Disk::table() {
  std::string_view text;
  is_old_ = false;
  if (first_.try_read(text) == 0) return text;
  is_old_ = true;
  if (first_old_.try_read(text) == 0) return text;
  if (!roots.mountinfo.empty()) return first_.read();
  is_old_ = false;
  if (own_.try_read(text) == 0) return text;
  is_old_ = true;
  return own_old_.read();
}

void Disk::refresh() {
  const std::string_view text = table();
  const std::int64_t now = self ? self.now() : 0;
  const bool recent = now >= refreshed_ns_ && now - refreshed_ns_ < labels_kept_ns;
  if (recent && text == last_table_) return;
  select(is_old_ ? parse_mounts(text) : parse_mountinfo(text, roots));
  last_table_ = text;
  refreshed_ns_ = now;
}

bool Disk::wants(const Mount& mount) const {
  const bool ignored =
      std::any_of(ignore_mount_opts.begin(), ignore_mount_opts.end(),
                  [&](const std::string& option) { return mount.has_option(option); });
  if (ignored || (!mount_points.empty() && !holds(mount_points, mount.path))) return false;
  // To ask an autofs mount is to mount what it stands for.
  return mount.fstype != "autofs" && !holds(ignore_fs, mount.fstype);
}

// With a prefix, the host's file systems are found below it, whatever its own table says.
void Disk::select(const std::vector<Mount>& mounts) {
  const std::string& prefix = roots.mount_prefix;
  const auto is_mounted = [&](const std::string& path) {
    return std::any_of(mounts.begin(), mounts.end(),
                       [&](const Mount& m) { return m.path == path; });
  };
  targets_.clear();
  for (const Mount& mount : mounts) {
    if (!wants(mount)) continue;
    Target target = target_of(mount);
    if (!prefix.empty() && !mount.path.starts_with(prefix)) {
      target.statfs_path = procfs::join(prefix, mount.path);
      if (is_mounted(target.statfs_path)) continue;
    }
    targets_.push_back(std::move(target));
  }
}

Disk::Target Disk::target_of(const Mount& mount) const {
  std::string_view path = mount.path;
  if (path.starts_with(roots.mount_prefix)) path.remove_prefix(roots.mount_prefix.size());
  const bool nameless = mount.device == "none" || mount.device.empty();
  const std::string& device = nameless ? mount.fstype : mount.device;
  return {mount.path,   procfs::join("/", path),   without(device, "/dev/"),
          mount.fstype, std::string(mount.mode()), procfs::device_label(roots.devices(), device)};
}

void Disk::add(weir::sink& out, const Target& target) const {
  struct statfs about{};
  if (read_statfs(target.statfs_path.c_str(), &about) != 0) {
    if (self && self.logs(WEIR_LOG_DEBUG)) {
      self.debug(procfs::cannot_read(target.statfs_path, errno));
    }
    return;
  }
  const auto block_bytes = static_cast<std::uint64_t>(about.f_bsize);
  const std::uint64_t total = about.f_blocks * block_bytes;
  const std::uint64_t free = about.f_bavail * block_bytes;
  const std::uint64_t used = (about.f_blocks - about.f_bfree) * block_bytes;
  const std::uint64_t inodes_used =
      about.f_files < about.f_ffree ? 0 : about.f_files - about.f_ffree;
  if (total == 0) return;  // procfs, cgroupfs and the like
  out.metric("disk"_k).kind(WEIR_GAUGE);
  out.tag("device"_k, target.device).tag("fstype"_k, target.fstype);
  if (!target.label.empty()) out.tag("label"_k, target.label);
  out.tag("mode"_k, target.mode).tag("path"_k, target.path);
  out.field("free"_k, free).field("inodes_free"_k, std::uint64_t{about.f_ffree});
  out.field("inodes_total"_k, std::uint64_t{about.f_files}).field("inodes_used"_k, inodes_used);
  out.field("inodes_used_percent"_k, percent(inodes_used, about.f_ffree));
  out.field("total"_k, total).field("used"_k, used).field("used_percent"_k, percent(used, free));
}

void Disk::gather(weir::sink& out) {
  refresh();
  for (const Target& target : targets_) add(out, target);
}

}  // namespace weir::disk_input

WEIR_MODULE("disk", "1.0.0", weir::disk_input::Disk)
