#pragma once

// Which file stands behind a name, and whether it may be run.
//
// Threads  Pure function of the file system.
// Errors   ErrorKind::permanent: what is wrong with the file, without its name.

#include <compare>
#include <cstdint>
#include <string>

#include "core/base/result.hpp"

namespace weir::plugin {

// A file in one state of it.
struct FileId {
  std::uint64_t device{0}, inode{0}, bytes{0};
  std::int64_t modified_ns{0};
  auto operator<=>(const FileId&) const = default;
};

// The id of a regular file that nobody but root and this user can have changed.
Result<FileId> identify_file(const std::string& path);

}  // namespace weir::plugin
