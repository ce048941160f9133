#pragma once

// A disk in memory that can be broken, for tests: what a process wrote is there for whoever reads (the page cache),
// what was synced is there after a power cut, too.
//
// Threads    Every member may be called from any thread.
// Chance     From the seed alone. story() holds the seed and the last operations, for the messages of a test.
// Death      After kill() or power_cut(), planned or not, every operation fails and changes nothing, so that what the
//            dead process still tries has no effect; restart() gives the disk to the next one. Files opened before
//            stay dead.
// Kill       All that was written stays; a write in progress ends at a page.
// Power cut  Of each file every write since its last good sync is kept, dropped, or kept in some sectors only. Names
//            made, changed and removed since the directory's last sync are kept up to one of them.
// Failed     The writes that a failed sync was about stay readable but are clean: no later sync keeps them.
// sync
// Limits     Directories survive everything. Nothing is freed.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/base/disk.hpp"

namespace weir::queue {

class SimDisk final : public Disk {
 public:
  enum class Operation : std::uint8_t {
    any,
    open,
    read,
    write,
    sync,
    allocate,
    truncate,
    rename,
    remove,
    sync_directory,
    list,
  };
  enum class Fault : std::uint8_t {
    kill,         // Before the operation; a write happens up to some page.
    power_cut,    // Likewise.
    torn_write,   // A write happens in part and fails with an I/O error.
    flipped_bit,  // A write happens, but for one bit.
    no_space,     // A write happens in part and fails for lack of space.
    io_error,     // Nothing happens.
    failed_sync,
  };
  struct Plan {
    Fault fault{Fault::kill};
    std::uint64_t after{0};  // So many fitting operations happen first.
    Operation of{Operation::any};
    std::string path;        // A part of it; empty = any.
    std::uint64_t times{1};  // How many operations in a row it meets.
  };

  explicit SimDisk(std::uint64_t seed) : seed_(seed), chance_(seed) {}

  void plan(Plan plan);
  void forget_plans();
  // Operations that would make the files together larger fail for lack of space; 0 = no limit.
  void set_space(std::uint64_t bytes);
  void kill();
  void power_cut();
  [[nodiscard]] bool dead() const;
  void restart();

  [[nodiscard]] std::uint64_t operations() const;
  [[nodiscard]] std::string story() const;

  // ---- for whoever looks at it or harms it from outside ----
  [[nodiscard]] std::vector<std::string> files() const;
  [[nodiscard]] std::vector<std::uint8_t> content(const std::string& path) const;
  void put(const std::string& path, std::vector<std::uint8_t> bytes);
  void flip(const std::string& path, std::uint64_t bit);

  // ---- Disk ----
  Result<std::unique_ptr<DiskFile>> open(const std::string& path, Mode mode) override;
  Result<std::uint64_t> file_bytes(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directories(const std::string& directory) override;
  Status sync_directory(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<std::unique_ptr<DiskLock>> lock(const std::string& path) override;

 private:
  class File;
  class Lock;
  using Bytes = std::vector<std::uint8_t>;
  // A write, or where bytes is empty a new length.
  struct Change {
    std::uint64_t at{0};
    Bytes bytes;
  };
  struct Inode {
    Bytes now, kept;
    std::vector<Change> unsynced;
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  struct NameChange {
    std::string from, to;  // Made: from is empty; removed: to is empty.
    std::shared_ptr<Inode> inode;
  };

  // What the plans say about an operation, which is counted and told in the story.
  struct Verdict {
    bool go{true};
    bool part{false};  // A write is to happen in part.
    bool harm{false};  // A bit of it is to be flipped.
    Error error;
  };
  Verdict ask(Operation operation, const std::string& path);
  Verdict strike(Fault fault, const std::string& path);
  bool grow(Inode& inode, std::uint64_t bytes);
  void change_name(NameChange change);
  static void apply(Names& names, const NameChange& change);
  static void apply(Bytes& to, const Change& change);
  void lose(Inode& inode);
  void lose_names();
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : chance_() % n; }

  Status write(Inode& inode, const std::string& path, Change change);
  Status sync(Inode& inode, const std::string& path);
  Status resize(Inode& inode, const std::string& path, std::uint64_t bytes, Operation why);

  mutable std::mutex mutex_;
  const std::uint64_t seed_;
  std::mt19937_64 chance_;
  std::vector<Plan> plans_;
  std::uint64_t operations_{0}, life_{0}, space_{0}, used_{0};
  bool dead_{false}, power_lost_{false};
  std::deque<std::string> last_;
  Names names_, kept_names_;
  std::vector<NameChange> unsynced_names_;
  std::set<std::string> directories_;
  std::set<std::string> locks_;
};

}  // namespace weir::queue
