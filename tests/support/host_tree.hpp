#pragma once

// A machine made up by a test: its /proc, /sys and so on below a temporary folder, and inputs that take
// it for the host.
//
// Threads    One tree at a time.
// Errors     As of TempDir.

#include <filesystem>
#include <string>
#include <string_view>

#include "plugins/common/procfs/roots.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::test {

class HostTree : public TempDir {
 public:
  HostTree() { newest() = this; }
  HostTree(const HostTree&) = delete;
  HostTree& operator=(const HostTree&) = delete;
  ~HostTree() { newest() = nullptr; }

  [[nodiscard]] procfs::Roots roots() const {
    procfs::Roots found;
    found.proc = file("proc");
    found.sys = file("sys");
    found.etc = file("etc");
    found.var = file("var");
    found.run = file("run");
    found.dev = file("dev");
    found.proc_is_given = found.sys_is_given = found.run_is_given = found.dev_is_given = true;
    return found;
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(path() / name); }
  // A symbolic link at name; target is below the tree too.
  void link(const std::string& target, const std::string& name) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::filesystem::create_symlink(path() / target, path() / name);
  }

  static HostTree*& newest() {
    static HostTree* tree = nullptr;
    return tree;
  }
};

// An input as it is, but for the host it looks at.
template <typename Input>
struct OnTree : Input {
  OnTree() { this->roots = HostTree::newest()->roots(); }
};

}  // namespace weir::test
