#pragma once

// The bytes of a file, while the object lives.
//
// Threads  Immutable once made.

#include <cstddef>
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
  [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(at_), size_}; }

 private:
  void* at_{nullptr};
  std::size_t size_{0};
};

}  // namespace weir::check
