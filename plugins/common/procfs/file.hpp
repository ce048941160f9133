#pragma once

// Reading the small files of /proc, /sys and their like again and again.
//
// A file that lies on procfs or sysfs stays open between reads and is read from its beginning each time:
// the kernel makes its text anew, and the price of finding and opening it is paid once. Any other file
// (a test's, one of a FUSE file system such as lxcfs) is opened for each read, because it may be
// replaced.
//
// Threads    One thread at a time per object.
// Ownership  The text belongs to the object and is valid until its next read.
// Errors     read() throws weir::retry with the path and the system's reason; try_read() gives errno.
// Limits     file_bytes_max; a longer file is an error.

#include <string>
#include <string_view>
#include <vector>

namespace weir::procfs {

constexpr std::size_t file_bytes_max = std::size_t{16} << 20;

class File {
 public:
  // pin: whether a file of procfs or sysfs may stay open. Not for files below a process id.
  explicit File(std::string path = {}, bool pin = true);
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // The whole file.
  std::string_view read();
  // The whole file into text, or the reason as errno; 0 is success.
  int try_read(std::string_view& text);

  const std::string& path() const { return path_; }
  // Whether it stays open: true says that the real kernel wrote the last text.
  bool is_pinned() const { return pinned_; }

 private:
  int open();
  void close();
  int fill(std::size_t& used);

  std::string path_;
  std::vector<char> bytes_;
  int fd_{-1};
  bool may_pin_{true}, pinned_{false};
};

// The whole of a small file without surrounding blanks; empty where it cannot be read.
std::string read_trimmed(const std::string& path);
bool exists(const std::string& path);
// The path with every symbolic link followed, or empty where it does not exist.
std::string resolve(const std::string& path);

// Where a symbolic link points to, as it is written there; empty where it is none.
std::string link_target(const std::string& path);

// "cannot read PATH: Permission denied", for messages.
std::string cannot_read(std::string_view path, int error);

}  // namespace weir::procfs
