#include "plugins/outputs/file/target.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <system_error>
#include <utility>

#include <weir/error.hpp>

namespace weir::file_output {
namespace {

// Two outputs that print to the same pipe must not mix their lines.
std::mutex& stream_turn() {
  static std::mutex turn;
  return turn;
}

bool wait_until_writable(int descriptor) {
  pollfd p{descriptor, POLLOUT, 0};
  return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

const char* remedy_for(int error) {
  switch (error) {
    case ENOSPC: return "free space there, or keep less with rotation_max_archives";
    case EDQUOT: return "raise the quota, or keep less with rotation_max_archives";
    case EFBIG: return "rotate it with rotation_max_size";
    case EACCES:
    case EPERM: return "give the agent's user the right to write there";
    case EROFS: return "name a file on a file system that can be written";
    case EIO: return "look at the disk's health";
    case EPIPE: return "nobody reads it any more; start the reader again with the agent";
    default: return "";
  }
}

[[noreturn]] void give_up(const std::string& what, int error) {
  const std::string remedy = remedy_for(error);
  throw retry(what + (remedy.empty() ? "" : "; " + remedy) + "; the batch is tried again");
}

}  // namespace

void Target::write(const Rows& rows, std::uint32_t attempt, std::string_view bytes,
                   std::int64_t now_ns) {
  if (attempt <= 1 || rows != rows_) written_bytes_ = 0;
  rows_ = rows;
  if (written_bytes_ < bytes.size()) append(bytes, written_bytes_, now_ns);
}

FileTarget::FileTarget(std::string path, const rotation_rules& rules)
    : path_(std::move(path)), rules_(rules) {}

void FileTarget::open(std::int64_t now_ns) {
  errno = 0;
  const std::string why = file_.open(path_, rules_, now_ns);
  if (!why.empty()) give_up(why, errno);
}

void FileTarget::append(std::string_view bytes, std::size_t& from, std::int64_t now_ns) {
  errno = 0;
  const std::string why = file_.append(bytes.substr(from), now_ns);
  const int error = errno;
  from = why.empty() ? bytes.size() : from + file_.kept_bytes();
  if (!why.empty()) give_up(why, error);
}

StreamTarget::StreamTarget(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)) {}

void StreamTarget::append(std::string_view bytes, std::size_t& from, std::int64_t) {
  const std::lock_guard turn(stream_turn());
  while (from < bytes.size()) {
    const ssize_t n = ::write(descriptor_, bytes.data() + from, bytes.size() - from);
    if (n >= 0) {
      from += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN ? !wait_until_writable(descriptor_) : errno != EINTR) {
      const int error = errno;
      give_up("cannot write to " + name_ + ": " + std::generic_category().message(error), error);
    }
  }
}

}  // namespace weir::file_output
