#include "core/plugin/file_id.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weir::plugin {
namespace {

std::string owner_fault(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return "is not a regular file";
  if (file.st_uid != 0 && file.st_uid != geteuid()) {
    return "belongs to user " + std::to_string(file.st_uid) +
           ", who could change what this agent runs: it has to belong to root or to the agent's "
           "own user (chown)";
  }
  // A group of the owner's own number is the owner's own, as many systems make one for each user.
  const bool by_group = (file.st_mode & S_IWGRP) != 0 && file.st_gid != file.st_uid;
  if (by_group || (file.st_mode & S_IWOTH) != 0) {
    return "can be written by others than its owner, who could change what this agent runs: "
           "chmod go-w";
  }
  return {};
}

}  // namespace

Result<FileId> identify_file(const std::string& path) {
  struct stat file{};
  if (stat(path.c_str(), &file) != 0) {
    return Error{ErrorKind::permanent,
                 std::string("cannot be read: ") + std::generic_category().message(errno)};
  }
  if (std::string why = owner_fault(file); !why.empty()) return Error{ErrorKind::permanent, why};
  return FileId{file.st_dev, file.st_ino, static_cast<std::uint64_t>(file.st_size),
                std::int64_t{file.st_mtim.tv_sec} * 1'000'000'000 + file.st_mtim.tv_nsec};
}

}  // namespace weir::plugin
