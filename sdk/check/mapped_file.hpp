#pragma once

// The bytes of a file, while the object lives.
//
// Threads  Immutable once made.

#include <string>
#include <string_view>

namespace weir::check {

class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  // Empty when the file is empty or cannot be read.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace weir::check
