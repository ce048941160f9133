#pragma once

// A file that is about to be loaded: whose it is, and its bytes.
//
// Threads  A MappedFile may be read by any thread.
// Errors   ErrorKind::permanent: what is wrong with the file, without its name.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace weir::plugin {

// Which file, and which state of it.
struct FileId {
  std::uint64_t device{0}, inode{0}, bytes{0};
  std::int64_t modified_ns{0};
  auto operator<=>(const FileId&) const = default;
};

// The id of a file that nobody but root and this user can have changed.
Result<FileId> identify_file(const std::string& path);

// The bytes of a file, while the object lives.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  // Empty when the file cannot be read.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace weir::plugin
