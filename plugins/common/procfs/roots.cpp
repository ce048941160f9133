#include "plugins/common/procfs/roots.hpp"

#include "plugins/common/procfs/environment.hpp"

namespace weir::procfs {
namespace {

bool take(std::string& to, std::string_view value) {
  if (value.empty()) return false;
  to = value;
  return true;
}

}  // namespace

Roots Roots::from(Environment environment) {
  Roots roots;
  roots.proc_is_given = take(roots.proc, environment("HOST_PROC"));
  roots.sys_is_given = take(roots.sys, environment("HOST_SYS"));
  roots.run_is_given = take(roots.run, environment("HOST_RUN"));
  roots.dev_is_given = take(roots.dev, environment("HOST_DEV"));
  take(roots.etc, environment("HOST_ETC"));
  take(roots.var, environment("HOST_VAR"));
  take(roots.root, environment("HOST_ROOT"));
  take(roots.mount_prefix, environment("HOST_MOUNT_PREFIX"));
  take(roots.mountinfo, environment("HOST_PROC_MOUNTINFO"));
  return roots;
}

Roots Roots::from_environment() { return from(environment_value); }

DeviceRoots Roots::devices_in_host_tree() const {
  DeviceRoots found = devices();
  const std::string& tree = root.empty() ? mount_prefix : root;
  if (tree.empty()) return found;
  if (!dev_is_given) found.dev = join(tree, "dev");
  if (!run_is_given) found.run = join(tree, "run");
  if (!sys_is_given) found.sys = join(tree, "sys");
  return found;
}

std::string join(std::string_view directory, std::string_view path) {
  while (directory.ends_with('/')) directory.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  std::string joined(directory);
  if (!path.empty() || directory.empty()) joined += '/';
  return joined.append(path);
}

}  // namespace weir::procfs
