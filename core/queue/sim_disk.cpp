#include "core/queue/sim_disk.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::queue {
namespace {

constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t sector_bytes = 512;
constexpr std::size_t story_operations = 4000;

constexpr std::array operation_names{"any",    "open",           "read",     "write",
                                     "sync",   "allocate",       "truncate", "rename",
                                     "remove", "sync_directory", "list"};
constexpr std::array fault_names{"kill",     "power_cut", "torn_write", "flipped_bit",
                                 "no_space", "io_error",  "failed_sync"};

Error dead_error() { return {ErrorKind::unavailable, "the process is dead"}; }

bool in_directory(const std::string& path, const std::string& directory) {
  return path.size() > directory.size() + 1 && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

// ---- files --------------------------------------------------------------------------------------------------

class SimDisk::File final : public DiskFile {
 public:
  File(SimDisk& disk, std::shared_ptr<Inode> inode, std::string path)
      : disk_(disk), inode_(std::move(inode)), path_(std::move(path)), life_(disk.life_) {}

  Result<std::size_t> read(std::span<std::uint8_t> to, std::uint64_t at) override {
    const std::lock_guard lock(disk_.mutex_);
    const Verdict verdict = asked(Operation::read);
    if (!verdict.go) return verdict.error;
    const Bytes& bytes = inode_->now;
    if (at >= bytes.size()) return std::size_t{0};
    const std::size_t n = std::min<std::size_t>(to.size(), bytes.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, to.begin());
    return n;
  }
  Status write(std::span<const DiskFile::Bytes> pieces, std::uint64_t at) override {
    const std::lock_guard lock(disk_.mutex_);
    if (life_ != disk_.life_) return dead_error();
    Change change{at, {}};
    for (const DiskFile::Bytes piece : pieces) {
      change.bytes.insert(change.bytes.end(), piece.begin(), piece.end());
    }
    return disk_.write(*inode_, path_, std::move(change));
  }
  Status sync() override {
    const std::lock_guard lock(disk_.mutex_);
    return life_ == disk_.life_ ? disk_.sync(*inode_, path_) : dead_error();
  }
  Status allocate(std::uint64_t bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (life_ != disk_.life_) return dead_error();
    const std::uint64_t length = std::max<std::uint64_t>(bytes, inode_->now.size());
    return disk_.resize(*inode_, path_, length, Operation::allocate);
  }
  Status truncate(std::uint64_t bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (life_ != disk_.life_) return dead_error();
    return disk_.resize(*inode_, path_, bytes, Operation::truncate);
  }
  Result<std::uint64_t> bytes() override {
    const std::lock_guard lock(disk_.mutex_);
    return inode_->now.size();
  }

 private:
  Verdict asked(Operation operation) {
    if (life_ != disk_.life_) return {false, false, false, dead_error()};
    return disk_.ask(operation, path_);
  }
  SimDisk& disk_;
  const std::shared_ptr<Inode> inode_;
  const std::string path_;
  const std::uint64_t life_;
};

class SimDisk::Lock final : public DiskLock {
 public:
  Lock(SimDisk& disk, std::string path) : disk_(disk), path_(std::move(path)), life_(disk.life_) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() override {
    const std::lock_guard lock(disk_.mutex_);
    if (life_ == disk_.life_) disk_.locks_.erase(path_);
  }

 private:
  SimDisk& disk_;
  const std::string path_;
  const std::uint64_t life_;
};

// ---- faults -------------------------------------------------------------------------------------------------

void SimDisk::plan(Plan plan) {
  const std::lock_guard lock(mutex_);
  plans_.push_back(std::move(plan));
}
void SimDisk::forget_plans() {
  const std::lock_guard lock(mutex_);
  plans_.clear();
}
void SimDisk::set_space(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  space_ = bytes;
}
bool SimDisk::dead() const {
  const std::lock_guard lock(mutex_);
  return dead_;
}
std::uint64_t SimDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

std::string SimDisk::story() const {
  const std::lock_guard lock(mutex_);
  std::string text = "WEIR_SEED=" + std::to_string(seed_) + ", operation " +
                     std::to_string(operations_) + "; the last ones:\n";
  for (const std::string& line : last_) text += "  " + line + '\n';
  return text;
}

SimDisk::Verdict SimDisk::strike(Fault fault, const std::string& path) {
  last_.push_back(std::string("-> ") + fault_names[static_cast<std::size_t>(fault)]);
  switch (fault) {
    case Fault::kill:
    case Fault::power_cut:
      dead_ = true;
      power_lost_ = fault == Fault::power_cut;
      return {false, true, false, dead_error()};
    case Fault::flipped_bit: return {true, false, true, {}};
    case Fault::no_space:
      return {false, true, false, {ErrorKind::overloaded, path + ": no space left (simulated)"}};
    default:
      return {false,
              fault == Fault::torn_write,
              false,
              {ErrorKind::unavailable, path + ": I/O error (simulated)"}};
  }
}

SimDisk::Verdict SimDisk::ask(Operation operation, const std::string& path) {
  if (dead_) return {false, false, false, dead_error()};
  ++operations_;
  last_.push_back(std::string(operation_names[static_cast<std::size_t>(operation)]) + ' ' + path);
  if (last_.size() > story_operations) last_.pop_front();
  for (Plan& plan : plans_) {
    if (plan.times == 0 || (plan.of != Operation::any && plan.of != operation)) continue;
    if (path.find(plan.path) == std::string::npos) continue;
    if (plan.after > 0) {
      --plan.after;
      continue;
    }
    --plan.times;
    return strike(plan.fault, path);
  }
  return {};
}

void SimDisk::kill() {
  const std::lock_guard lock(mutex_);
  if (!dead_) (void)strike(Fault::kill, "");
}
void SimDisk::power_cut() {
  const std::lock_guard lock(mutex_);
  if (!dead_) (void)strike(Fault::power_cut, "");
}

void SimDisk::restart() {
  const std::lock_guard lock(mutex_);
  if (power_lost_) {
    lose_names();
    for (const auto& [path, inode] : names_) lose(*inode);
  }
  ++life_;
  locks_.clear();
  dead_ = power_lost_ = false;
  last_.emplace_back("---- restart ----");
}

void SimDisk::apply(Bytes& to, const Change& change) {
  if (change.bytes.empty()) {
    to.resize(change.at);
    return;
  }
  if (to.size() < change.at + change.bytes.size()) to.resize(change.at + change.bytes.size());
  std::copy(change.bytes.begin(), change.bytes.end(),
            to.begin() + static_cast<std::ptrdiff_t>(change.at));
}

// What the power cut leaves of a file.
void SimDisk::lose(Inode& inode) {
  for (const Change& change : inode.unsynced) {
    const std::uint64_t fate = below(3);
    if (fate == 0) continue;
    if (fate == 1 || change.bytes.empty()) {
      apply(inode.kept, change);
      continue;
    }
    for (std::size_t from = 0; from < change.bytes.size();) {
      const std::uint64_t at = change.at + from;
      const std::size_t n =
          std::min<std::size_t>(change.bytes.size() - from, sector_bytes - at % sector_bytes);
      const auto begin = change.bytes.begin() + static_cast<std::ptrdiff_t>(from);
      Change sector{at, Bytes(begin, begin + static_cast<std::ptrdiff_t>(n))};
      if (below(2) == 0) apply(inode.kept, sector);
      from += n;
    }
  }
  inode.unsynced.clear();
  inode.now = inode.kept;
}

void SimDisk::lose_names() {
  std::map<std::string, std::vector<NameChange>> by_directory;
  for (NameChange& change : unsynced_names_) {
    by_directory[directory_of(change.to.empty() ? change.from : change.to)].push_back(
        std::move(change));
  }
  for (const auto& [directory, changes] : by_directory) {
    const std::uint64_t kept = below(changes.size() + 1);
    for (std::uint64_t i = 0; i < kept; ++i) apply(kept_names_, changes[i]);
  }
  unsynced_names_.clear();
  names_ = kept_names_;
}

// ---- what files do ------------------------------------------------------------------------------------------

bool SimDisk::grow(Inode& inode, std::uint64_t bytes) {
  if (bytes <= inode.now.size()) return true;
  const std::uint64_t more = bytes - inode.now.size();
  if (space_ != 0 && used_ + more > space_) return false;
  used_ += more;
  return true;
}

Status SimDisk::write(Inode& inode, const std::string& path, Change change) {
  Verdict verdict = ask(Operation::write, path);
  if (verdict.go && !grow(inode, change.at + change.bytes.size())) {
    verdict = strike(Fault::no_space, path);
  }
  if (verdict.harm && !change.bytes.empty()) {
    change.bytes[below(change.bytes.size())] ^= static_cast<std::uint8_t>(1U << below(8));
  }
  if (verdict.part) {
    // A dead process may have written all of it; a write that fails has not.
    const std::uint64_t most = change.bytes.size() + (dead_ ? page_bytes : 0);
    const std::uint64_t cut = (change.at + below(most)) / page_bytes;
    const std::uint64_t end = std::max(cut * page_bytes, change.at);
    change.bytes.resize(std::min<std::uint64_t>(end - change.at, change.bytes.size()));
  }
  if ((verdict.go || verdict.part) && !change.bytes.empty()) {
    apply(inode.now, change);
    inode.unsynced.push_back(std::move(change));
  }
  if (!verdict.go) return verdict.error;
  return ok_status();
}

Status SimDisk::resize(Inode& inode, const std::string& path, std::uint64_t bytes, Operation why) {
  Verdict verdict = ask(why, path);
  if (verdict.go && !grow(inode, bytes)) verdict = strike(Fault::no_space, path);
  if (!verdict.go) return verdict.error;
  if (bytes < inode.now.size()) used_ -= inode.now.size() - bytes;
  const Change change{bytes, {}};
  apply(inode.now, change);
  inode.unsynced.push_back(change);
  return ok_status();
}

Status SimDisk::sync(Inode& inode, const std::string& path) {
  const Verdict verdict = ask(Operation::sync, path);
  if (dead_) return verdict.error;
  if (verdict.go) {
    for (const Change& change : inode.unsynced) apply(inode.kept, change);
  }
  inode.unsynced.clear();
  if (!verdict.go) return verdict.error;
  return ok_status();
}

// ---- names --------------------------------------------------------------------------------------------------

void SimDisk::apply(Names& names, const NameChange& change) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.inode;
}

void SimDisk::change_name(NameChange change) {
  apply(names_, change);
  unsynced_names_.push_back(std::move(change));
}

Result<std::unique_ptr<DiskFile>> SimDisk::open(const std::string& path, Mode mode) {
  const std::lock_guard lock(mutex_);
  const Verdict verdict = ask(Operation::open, path);
  if (!verdict.go) return verdict.error;
  if (!names_.contains(path)) {
    if (mode != Mode::create) return Error{ErrorKind::permanent, path + ": no such file"};
    change_name({"", path, std::make_shared<Inode>()});
  }
  return std::unique_ptr<DiskFile>(std::make_unique<File>(*this, names_.at(path), path));
}

Result<std::uint64_t> SimDisk::file_bytes(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto at = names_.find(path);
  if (at == names_.end()) return Error{ErrorKind::permanent, path + ": no such file"};
  return at->second->now.size();
}

Status SimDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const Verdict verdict = ask(Operation::rename, from);
  if (!verdict.go) return verdict.error;
  const auto at = names_.find(from);
  if (at == names_.end()) return Error{ErrorKind::permanent, from + ": no such file"};
  change_name({from, to, at->second});
  return ok_status();
}

Status SimDisk::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const Verdict verdict = ask(Operation::remove, path);
  if (!verdict.go) return verdict.error;
  const auto at = names_.find(path);
  if (at == names_.end()) return Error{ErrorKind::permanent, path + ": no such file"};
  used_ -= at->second->now.size();
  change_name({path, "", nullptr});
  return ok_status();
}

Result<std::vector<std::string>> SimDisk::list(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  const Verdict verdict = ask(Operation::list, directory);
  if (!verdict.go) return verdict.error;
  std::set<std::string> found;
  const auto add = [&](const std::string& path) {
    if (!in_directory(path, directory)) return;
    const std::string below_it = path.substr(directory.size() + 1);
    found.insert(below_it.substr(0, below_it.find('/')));
  };
  for (const auto& [path, inode] : names_) add(path);
  for (const std::string& path : directories_) add(path);
  return std::vector<std::string>(found.begin(), found.end());
}

Status SimDisk::make_directories(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  if (dead_) return dead_error();
  directories_.insert(directory);
  return ok_status();
}

Status SimDisk::sync_directory(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  const Verdict verdict = ask(Operation::sync_directory, directory);
  if (!verdict.go) return verdict.error;
  std::vector<NameChange> others;
  for (NameChange& change : unsynced_names_) {
    const std::string& path = change.to.empty() ? change.from : change.to;
    if (directory_of(path) == directory) {
      apply(kept_names_, change);
    } else {
      others.push_back(std::move(change));
    }
  }
  unsynced_names_.swap(others);
  return ok_status();
}

bool SimDisk::exists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return names_.contains(path) || directories_.contains(path);
}

Result<std::unique_ptr<DiskLock>> SimDisk::lock(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (dead_) return dead_error();
  if (!locks_.insert(path).second) {
    return Error{ErrorKind::bad_config, path + " is held by process 1"};
  }
  return std::unique_ptr<DiskLock>(std::make_unique<Lock>(*this, path));
}

// ---- from outside -------------------------------------------------------------------------------------------

std::vector<std::string> SimDisk::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, inode] : names_) paths.push_back(path);
  return paths;
}

std::vector<std::uint8_t> SimDisk::content(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto at = names_.find(path);
  return at == names_.end() ? Bytes{} : at->second->now;
}

void SimDisk::put(const std::string& path, std::vector<std::uint8_t> bytes) {
  const std::lock_guard lock(mutex_);
  auto inode = std::make_shared<Inode>();
  used_ += bytes.size();
  inode->now = inode->kept = std::move(bytes);
  names_[path] = kept_names_[path] = std::move(inode);
}

void SimDisk::flip(const std::string& path, std::uint64_t bit) {
  const std::lock_guard lock(mutex_);
  const auto at = names_.find(path);
  if (at == names_.end() || bit / 8 >= at->second->now.size()) return;
  const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
  at->second->now[bit / 8] ^= mask;
  if (bit / 8 < at->second->kept.size()) at->second->kept[bit / 8] ^= mask;
}

}  // namespace weir::queue
