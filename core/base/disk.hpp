#pragma once

// The file system as a parameter, so that tests own it: what a program that wants to keep data needs of it.
//
// Ownership  A file is closed and a lock is given back by its destructor.
// Threads    Every member may be called from any thread. Of one file, reads and writes of places that do not
//            overlap may happen at the same time.
// Errors     The kind says what to do next:
//              overloaded   no space (ENOSPC, EDQUOT): the same may succeed later
//              bad_config   not allowed or not possible here (read-only, no right, not a directory): a person has
//                           to do something, which the message says
//              permanent    there is no such file
//              unavailable  anything else: an I/O error
//            A message names the path and what was wanted. After an error of write() any part of the bytes may
//            have been written; after one of sync() any part of what was written since the last good one may be
//            lost, and a later good one says nothing about it.
// Units      Bytes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace weir {

// One open file.
class DiskFile {
 public:
  using Bytes = std::span<const std::uint8_t>;

  DiskFile() = default;
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;
  virtual ~DiskFile() = default;

  // How many bytes were read: fewer than wanted only at the end of the file.
  virtual Result<std::size_t> read(std::span<std::uint8_t> to, std::uint64_t at) = 0;
  // All pieces, one behind the other, or an error.
  virtual Status write(std::span<const Bytes> pieces, std::uint64_t at) = 0;
  // What was written survives a power cut.
  virtual Status sync() = 0;
  // Makes the file that long, of zeros where it was shorter, and takes the space now and not later.
  virtual Status allocate(std::uint64_t bytes) = 0;
  virtual Status truncate(std::uint64_t bytes) = 0;
  virtual Result<std::uint64_t> bytes() = 0;

  Status write_one(Bytes piece, std::uint64_t at) { return write({&piece, 1}, at); }
};

// A file that one process at a time can hold.
class DiskLock {
 public:
  DiskLock() = default;
  DiskLock(const DiskLock&) = delete;
  DiskLock& operator=(const DiskLock&) = delete;
  virtual ~DiskLock() = default;
};

class Disk {
 public:
  enum class Mode : std::uint8_t {
    read,
    read_write,
    create,  // For both; made where it is absent.
  };

  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<DiskFile>> open(const std::string& path, Mode mode) = 0;
  // The file's length without opening it.
  virtual Result<std::uint64_t> file_bytes(const std::string& path) = 0;
  // What was at `to` is gone.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  // Names of what is in it, sorted; without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  // With those above it; they survive a power cut. Fine where it is there.
  virtual Status make_directories(const std::string& directory) = 0;
  // Names made, changed and removed in it survive a power cut.
  virtual Status sync_directory(const std::string& directory) = 0;
  virtual bool exists(const std::string& path) = 0;
  // The error of a lock that another holds is bad_config and names the holder's process.
  virtual Result<std::unique_ptr<DiskLock>> lock(const std::string& path) = 0;
};

// The machine's. Lives as long as the process.
Disk& system_disk();

}  // namespace weir
