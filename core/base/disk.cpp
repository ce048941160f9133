#include "core/base/disk.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace weir {
namespace {

constexpr mode_t file_mode = 0640;
constexpr std::size_t pieces_max = 16;  // of one system call

ErrorKind kind_of(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT: return ErrorKind::overloaded;
    case ENOENT: return ErrorKind::permanent;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG: return ErrorKind::bad_config;
    default: return ErrorKind::unavailable;
  }
}

std::string remedy(int code) {
  switch (code) {
    case ENOSPC: return "; free some space";
    case EDQUOT: return "; the user's quota is used up";
    case EACCES:
    case EPERM:
      return "; user " + std::to_string(::geteuid()) + " has to be allowed to read and write there";
    case EROFS: return "; mount the file system for writing, or choose another directory";
    default: return "";
  }
}

Error failed(const std::string& what, const std::string& path, int code) {
  return {kind_of(code),
          what + " " + path + ": " + std::generic_category().message(code) + remedy(code)};
}

Status status_of(bool ok, const char* what, const std::string& path) {
  if (ok) return ok_status();
  return failed(what, path, errno);
}

// Calls again what a signal broke off.
template <typename Call>
auto unbroken(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Descriptor open_file(const std::string& path, int flags) {
  return Descriptor(unbroken([&] { return ::open(path.c_str(), flags | O_CLOEXEC, file_mode); }));
}

// What of the pieces is still to be written.
class Pieces {
 public:
  explicit Pieces(std::span<const DiskFile::Bytes> all) : all_(all) {}
  [[nodiscard]] bool empty() const { return all_.empty(); }
  // Fills an array for one system call; returns how many it took.
  int fill(std::array<iovec, pieces_max>& to) const {
    std::size_t n = 0;
    for (; n < std::min(all_.size(), pieces_max); ++n) {
      const DiskFile::Bytes piece = n == 0 ? all_[0].subspan(done_) : all_[n];
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the system's struct is for reading, too
      to[n] = {const_cast<std::uint8_t*>(piece.data()), piece.size()};
    }
    return static_cast<int>(n);
  }
  void advance(std::size_t bytes) {
    done_ += bytes;
    while (!all_.empty() && done_ >= all_.front().size()) {
      done_ -= all_.front().size();
      all_ = all_.subspan(1);
    }
  }

 private:
  std::span<const DiskFile::Bytes> all_;
  std::size_t done_{0};  // of the first
};

class SystemFile final : public DiskFile {
 public:
  SystemFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<std::uint8_t> to, std::uint64_t at) override {
    std::size_t done = 0;
    while (done < to.size()) {
      const ssize_t n = unbroken([&] {
        return ::pread(fd_.get(), to.data() + done, to.size() - done,
                       static_cast<off_t>(at + done));
      });
      if (n < 0) return failed("reading", path_, errno);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Status write(std::span<const Bytes> pieces, std::uint64_t at) override {
    Pieces left(pieces);
    left.advance(0);
    std::array<iovec, pieces_max> list{};
    while (!left.empty()) {
      const int n = left.fill(list);
      const ssize_t written =
          unbroken([&] { return ::pwritev(fd_.get(), list.data(), n, static_cast<off_t>(at)); });
      if (written < 0) return failed("writing", path_, errno);
      at += static_cast<std::uint64_t>(written);
      left.advance(static_cast<std::size_t>(written));
    }
    return ok_status();
  }

  Status sync() override {
    return status_of(unbroken([&] { return ::fdatasync(fd_.get()); }) == 0, "syncing", path_);
  }

  // A file system that cannot reserve space gets a file with a hole: writing then says that space is short.
  Status allocate(std::uint64_t bytes) override {
    const auto length = static_cast<off_t>(bytes);
    if (unbroken([&] { return ::fallocate(fd_.get(), 0, 0, length); }) == 0) return ok_status();
    if (errno != EOPNOTSUPP && errno != ENOSYS) return failed("reserving space for", path_, errno);
    const Result<std::uint64_t> now = this->bytes();
    if (!now) return now.error();
    return now.value() >= bytes ? ok_status() : truncate(bytes);
  }

  Status truncate(std::uint64_t bytes) override {
    const auto length = static_cast<off_t>(bytes);
    return status_of(unbroken([&] { return ::ftruncate(fd_.get(), length); }) == 0, "cutting",
                     path_);
  }

  Result<std::uint64_t> bytes() override {
    struct stat about{};
    if (::fstat(fd_.get(), &about) != 0) return failed("looking at", path_, errno);
    return static_cast<std::uint64_t>(about.st_size);
  }

 private:
  const Descriptor fd_;
  const std::string path_;
};

// flock() belongs to the open file: it ends with it, also when the process is killed.
class SystemLock final : public DiskLock {
 public:
  explicit SystemLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  const Descriptor fd_;
};

std::string holder_of(int fd) {
  std::array<char, 32> text{};
  const ssize_t n = ::pread(fd, text.data(), text.size() - 1, 0);
  const std::string pid(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  const std::size_t end = pid.find_first_not_of("0123456789");
  return end == 0 || pid.empty() ? "another process" : "process " + pid.substr(0, end);
}

void say_holder(int fd) {
  const std::string pid = std::to_string(::getpid()) + "\n";
  // Only for messages: a lock holds without it.
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, pid.data(), pid.size(), 0);
}

class SystemDisk final : public Disk {
 public:
  Result<std::unique_ptr<DiskFile>> open(const std::string& path, Mode mode) override {
    const int flags = mode == Mode::read ? O_RDONLY : O_RDWR | (mode == Mode::create ? O_CREAT : 0);
    Descriptor fd = open_file(path, flags);
    if (fd.get() < 0) return failed("opening", path, errno);
    return std::unique_ptr<DiskFile>(std::make_unique<SystemFile>(std::move(fd), path));
  }

  Result<std::uint64_t> file_bytes(const std::string& path) override {
    struct stat about{};
    if (::stat(path.c_str(), &about) != 0) return failed("looking at", path, errno);
    return static_cast<std::uint64_t>(about.st_size);
  }

  Status rename(const std::string& from, const std::string& to) override {
    return status_of(::rename(from.c_str(), to.c_str()) == 0, "renaming", from);
  }

  Status remove(const std::string& path) override {
    return status_of(::unlink(path.c_str()) == 0, "removing", path);
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::error_code code;
    std::vector<std::string> names;
    std::filesystem::directory_iterator at(directory, code);
    for (; !code && at != std::filesystem::directory_iterator(); at.increment(code)) {
      names.push_back(at->path().filename().string());
    }
    if (code) return failed("listing", directory, code.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Status make_directories(const std::string& directory) override {
    if (directory.empty() || !std::filesystem::path(directory).has_relative_path()) {
      return ok_status();
    }
    if (exists(directory + "/.")) return ok_status();
    const std::string above = std::filesystem::path(directory).parent_path().string();
    if (Status made = make_directories(above); !made) return made;
    constexpr mode_t directory_mode = 0750;
    if (::mkdir(directory.c_str(), directory_mode) != 0 && errno != EEXIST) {
      return failed("making directory", directory, errno);
    }
    if (!exists(directory + "/.")) return failed("making directory", directory, ENOTDIR);
    return sync_directory(above.empty() ? "." : above);
  }

  Status sync_directory(const std::string& directory) override {
    const Descriptor fd = open_file(directory, O_RDONLY | O_DIRECTORY);
    if (fd.get() < 0) return failed("opening", directory, errno);
    return status_of(unbroken([&] { return ::fsync(fd.get()); }) == 0, "syncing", directory);
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<std::unique_ptr<DiskLock>> lock(const std::string& path) override {
    Descriptor fd = open_file(path, O_RDWR | O_CREAT);
    if (fd.get() < 0) return failed("opening", path, errno);
    if (unbroken([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno != EWOULDBLOCK) return failed("locking", path, errno);
      return Error{ErrorKind::bad_config, path + " is held by " + holder_of(fd.get())};
    }
    say_holder(fd.get());
    return std::unique_ptr<DiskLock>(std::make_unique<SystemLock>(std::move(fd)));
  }
};

}  // namespace

Disk& system_disk() {
  // Never destroyed: a queue of a plugin that hangs may outlive the end of main.
  static SystemDisk& disk = *new SystemDisk;
  return disk;
}

}  // namespace weir
