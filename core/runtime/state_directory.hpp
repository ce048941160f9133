#pragma once

// The agent's own directory, for what has to outlive it: disk queues, dead letters, positions in sources.
//
//   <path>/state-format     "weir-state 1": the version of everything below that has none of its own
//   <path>/lock             held by the one agent that uses the directory
//   <path>/queue/<output>, <path>/dead/<output>, ...
//
// Lifecycle  Nothing is made, locked or looked at before directory() is called for the first time: an agent
//            that keeps nothing needs no directory. The lock is held until the object is gone.
// Threads    Every member may be called from any thread.
// Errors     bad_config, with the remedy, for what a person has to settle: another agent holds it, it is of a newer
//            version, it cannot be written. Others as of Disk. A failed directory() may be tried again.

#include <memory>
#include <mutex>
#include <string>

#include "core/base/disk.hpp"
#include "core/base/result.hpp"
#include "core/pipeline/storage.hpp"

namespace weir::runtime {

class StateDirectory final : public pipeline::Storage {
 public:
  // The version that this program writes; those before it are read.
  static constexpr unsigned version = 1;

  // path: empty where the configuration and the environment name none; then directory() says what to do.
  StateDirectory(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  // Makes it, locks it and checks its version. Its path.
  Result<std::string> directory() override;
  [[nodiscard]] Disk& disk() override { return disk_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] Status open_locked();
  [[nodiscard]] Status check_version();
  [[nodiscard]] Status write_version();
  [[nodiscard]] Error refused(const Error& error, const std::string& remedy) const;

  Disk& disk_;
  const std::string path_;
  std::mutex mutex_;
  std::unique_ptr<DiskLock> lock_;  // Guarded by mutex_; held = open.
};

}  // namespace weir::runtime
