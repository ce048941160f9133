#include "plugins/common/procfs/file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <weir/error.hpp>

#include "plugins/common/procfs/text.hpp"

namespace weir::procfs {
namespace {

constexpr std::size_t first_bytes = 4096;

// Whether the kernel makes the file's text at each read from its beginning.
bool is_made_by_kernel(int fd) {
  struct statfs about{};
  if (fstatfs(fd, &about) != 0) return false;
  return about.f_type == PROC_SUPER_MAGIC || about.f_type == SYSFS_MAGIC;
}

}  // namespace

File::File(std::string path, bool pin) : path_(std::move(path)), may_pin_(pin) {}
File::~File() { close(); }

File::File(File&& other) noexcept
    : path_(std::move(other.path_)),
      bytes_(std::move(other.bytes_)),
      fd_(std::exchange(other.fd_, -1)),
      may_pin_(other.may_pin_),
      pinned_(other.pinned_) {}

File& File::operator=(File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  std::swap(fd_, other.fd_);
  std::swap(may_pin_, other.may_pin_);
  std::swap(pinned_, other.pinned_);
  return *this;
}

int File::open() {
  fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) return errno;
  pinned_ = may_pin_ && is_made_by_kernel(fd_);
  return 0;
}

void File::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  pinned_ = false;
}

int File::fill(std::size_t& used) {
  for (used = 0;;) {
    if (used == bytes_.size()) {
      if (used >= file_bytes_max) return EFBIG;
      bytes_.resize(used == 0 ? first_bytes : used * 2);
    }
    const ssize_t n =
        pread(fd_, bytes_.data() + used, bytes_.size() - used, static_cast<off_t>(used));
    if (n == 0) return 0;
    if (n > 0) {
      used += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      return errno;
    }
  }
}

int File::try_read(std::string_view& text) {
  const bool was_open = fd_ >= 0;
  int error = was_open ? 0 : open();
  std::size_t used = 0;
  if (error == 0) error = fill(used);
  if (error != 0 && was_open) {  // what was open may have gone while its path names another
    close();
    return try_read(text);
  }
  if (error != 0 || !pinned_) close();
  text = {bytes_.data(), error == 0 ? used : 0};
  return error;
}

std::string_view File::read() {
  std::string_view text;
  const int error = try_read(text);
  if (error != 0) throw retry(cannot_read(path_, error));
  return text;
}

std::string read_trimmed(const std::string& path) {
  File file(path, false);
  std::string_view text;
  file.try_read(text);
  return std::string(trim(text));
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string resolve(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         std::free);
  return real == nullptr ? std::string() : std::string(real.get());
}

std::string link_target(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t n = readlink(path.c_str(), target.data(), target.size());
  return n <= 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(n));
}

std::string cannot_read(std::string_view path, int error) {
  const char* reason = strerrordesc_np(error);
  return concat({"cannot read ", path, ": ", reason == nullptr ? "unknown error" : reason});
}

}  // namespace weir::procfs
