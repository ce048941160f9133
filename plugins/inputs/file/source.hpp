#pragma once

// The bytes of one file, decoded.
//
// Ownership  Closes the file.
// Errors     A file that cannot be opened or read throws weir::retry with its name.

#include <cstddef>
#include <cstdint>
#include <string>

#include "plugins/common/text_encoding/text_decoder.hpp"

namespace weir::file_input {

class Source {
 public:
  Source(std::string path, common::TextEncoding encoding);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source();

  // Size according to the file system; 0 for pipes, devices and files of the kernel.
  std::size_t size_bytes() const { return size_bytes_; }
  const std::string& path() const { return path_; }
  // Bytes read so far, before decoding.
  std::uint64_t bytes_read() const { return bytes_read_; }
  // Whether read_bytes gives the text itself.
  bool plain() const { return encoding_ == common::TextEncoding::none; }

  // Up to n bytes as they are in the file, behind what was read before; 0 at the end of the file.
  std::size_t read_bytes(char* to, std::size_t n);
  // Appends decoded text until it is at least n bytes long. False when the file ended before.
  bool read_text(std::string& text, std::size_t n);

 private:
  std::string path_;
  common::TextEncoding encoding_;
  common::TextDecoder decoder_;
  int descriptor_;
  std::size_t size_bytes_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace weir::file_input
