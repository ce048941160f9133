#pragma once

// Where a pipeline keeps what has to outlive the process.
//
// Threads  Any.

#include <string>

#include "core/base/disk.hpp"

namespace weir::pipeline {

class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  [[nodiscard]] virtual Disk& disk() = 0;
  // The state directory, made and locked when it is asked for the first time. The error says what to do.
  virtual Result<std::string> directory() = 0;
};

}  // namespace weir::pipeline
