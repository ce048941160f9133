#pragma once

// Walking through the names in a folder, without sorting or keeping them.
//
// Threads    One thread at a time per object.
// Ownership  The name that a walk hands out is valid until its next step.
// Errors     open() and next() tell errno.

#include <array>
#include <cstddef>
#include <string>

namespace weir::procfs {

class Directory {
 public:
  Directory() = default;
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  // Begins a walk; 0 or errno.
  int open(const std::string& path);
  // The next name, "." and ".." included, or nullptr at the end. error: errno where the walk broke
  // off.
  const char* next(int& error);
  // For openat().
  int descriptor() const { return fd_; }
  void close();

 private:
  int fd_{-1};
  std::size_t at_{0}, end_{0};
  alignas(8) std::array<char, 16384> entries_{};
};

}  // namespace weir::procfs
