#include "sdk/check/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weir::check {

MappedFile::MappedFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  struct stat file{};
  if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
    const auto n = static_cast<std::size_t>(file.st_size);
    void* at = mmap(nullptr, n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at != MAP_FAILED) {
      at_ = at;
      size_ = n;
    }
  }
  close(fd);
}

MappedFile::~MappedFile() {
  if (at_ != nullptr) munmap(at_, size_);
}

}  // namespace weir::check
