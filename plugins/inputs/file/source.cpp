#include "plugins/inputs/file/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <weir/error.hpp>

namespace weir::file_input {
namespace {

constexpr std::size_t step_bytes = std::size_t{64} << 10;

[[noreturn]] void refuse(const std::string& path) {
  const char* remedy = errno == EACCES ? "; give the agent's user the right to read it" : "";
  throw retry("cannot read " + path + ": " + std::generic_category().message(errno) + remedy);
}

}  // namespace

Source::Source(std::string path, common::TextEncoding encoding)
    : path_(std::move(path)),
      encoding_(encoding),
      decoder_(encoding),
      descriptor_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) refuse(path_);
  struct stat now{};
  if (::fstat(descriptor_, &now) == 0 && S_ISREG(now.st_mode)) {
    size_bytes_ = static_cast<std::size_t>(now.st_size);
  }
}
Source::~Source() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t Source::read_bytes(char* to, std::size_t n) {
  ssize_t got = ::read(descriptor_, to, n);
  while (got < 0 && errno == EINTR) got = ::read(descriptor_, to, n);
  if (got < 0) refuse(path_);
  bytes_read_ += static_cast<std::size_t>(got);
  return static_cast<std::size_t>(got);
}

bool Source::read_text(std::string& text, std::size_t n) {
  std::string bytes;
  while (text.size() < n) {
    // One byte more than the file is said to have finds its end without another call.
    const std::size_t left = size_bytes_ > bytes_read_ ? size_bytes_ - bytes_read_ + 1 : step_bytes;
    bytes.resize(std::min(left, n - text.size() + 1));
    bytes.resize(read_bytes(bytes.data(), bytes.size()));
    decoder_.decode(bytes, bytes.empty(), text);
    if (bytes.empty()) return false;
  }
  return true;
}

}  // namespace weir::file_input
