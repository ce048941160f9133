#include "plugins/common/procfs/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace weir::procfs {

Directory::~Directory() { close(); }

void Directory::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

int Directory::open(const std::string& path) {
  at_ = end_ = 0;
  close();
  fd_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd_ < 0 ? errno : 0;
}

const char* Directory::next(int& error) {
  error = 0;
  if (at_ == end_) {
    const ssize_t n = getdents64(fd_, entries_.data(), entries_.size());
    if (n < 0) error = errno;
    if (n <= 0) return nullptr;
    at_ = 0;
    end_ = static_cast<std::size_t>(n);
  }
  const auto& entry = *reinterpret_cast<const dirent64*>(entries_.data() + at_);
  at_ += entry.d_reclen;
  return entry.d_name;
}

}  // namespace weir::procfs
