#include "plugins/inputs/processes/processes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::processes_input {
namespace {

// A name of at most 64 bytes and some 50 numbers: the kernel never writes more.
constexpr std::size_t stat_bytes_max = 2048;
// Columns between the state and the number of threads.
constexpr int columns_skipped = 16;

// By State; parked, which few kernels have, comes only when it was seen.
constexpr std::array<weir::key, parked> names{"blocked"_k, "zombies"_k,  "stopped"_k,
                                              "running"_k, "sleeping"_k, "unknown"_k,
                                              "dead"_k,    "paging"_k,   "idle"_k};

// Reads the file in one go; the length, or -1 with errno.
ssize_t read_stat(int proc, const char* pid, std::array<char, stat_bytes_max>& text) {
  std::array<char, 32> path{};
  const std::string_view name = pid;
  if (name.size() + sizeof "/stat" > path.size()) return 0;
  char* const end = std::copy(name.begin(), name.end(), path.begin());
  std::copy_n("/stat", sizeof "/stat", end);
  const int fd = openat(proc, path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t n = read(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  errno = error;
  return n;
}

}  // namespace

// The name in parentheses may hold anything, parentheses included: what counts is the last one.
Process parse_process(std::string_view stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return {};
  std::string_view rest = stat.substr(name_end + 1);
  const std::string_view state = procfs::take_word(rest);
  if (state.empty()) return {};
  for (int column = 0; column < columns_skipped; ++column) procfs::take_word(rest);
  Process process{state[0], 0};
  procfs::take_number(rest, process.threads);
  return process;
}

State state_of(char letter) {
  switch (letter) {
    case 'R': return running;
    case 'S': return sleeping;
    case 'D': return blocked;
    case 'Z': return zombies;
    case 'X': return dead;
    case 'T':
    case 't': return stopped;
    case 'W': return paging;
    case 'I': return idle;
    case 'P': return parked;
    default: return unknown;
  }
}

void Processes::init() {
  if (use_sudo && self) {
    self.info("use_sudo has no effect on Linux: the processes are read from /proc");
  }
}

void Processes::read_one(const char* pid, Counts& counts) const {
  std::array<char, stat_bytes_max> text{};
  const ssize_t n = read_stat(proc_.descriptor(), pid, text);
  if (n < 0 && (errno == EACCES || errno == EPERM)) ++counts.hidden;
  if (n <= 0) return;
  const Process process = parse_process({text.data(), static_cast<std::size_t>(n)});
  if (process.state == 0) return;
  ++counts.by_state[state_of(process.state)];
  ++counts.total;
  counts.threads += process.threads;
}

Counts Processes::count() {
  int error = proc_.open(roots.proc);
  Counts counts;
  if (error == 0) {
    while (const char* name = proc_.next(error)) {
      if (*name >= '0' && *name <= '9') read_one(name, counts);
    }
  }
  proc_.close();
  if (error != 0) throw weir::retry(procfs::cannot_read(roots.proc, error));
  return counts;
}

void Processes::tell_hidden(std::int64_t hidden) {
  if (hidden == 0 || told_hidden_ || !self) return;
  told_hidden_ = true;
  self.warn(
      procfs::concat({"processes not counted: ", std::to_string(hidden), ", whose stat file in ",
                      roots.proc, " may not be read (is it mounted with hidepid?)"}));
}

void Processes::gather(weir::sink& out) {
  const Counts counts = count();
  auto& row = out.metric("processes"_k).kind(WEIR_GAUGE);
  for (std::size_t state = 0; state < names.size(); ++state) {
    row.field(names[state], counts.by_state[state]);
  }
  if (counts.by_state[parked] != 0) row.field("parked"_k, counts.by_state[parked]);
  row.field("total"_k, counts.total).field("total_threads"_k, counts.threads);
  tell_hidden(counts.hidden);
}

}  // namespace weir::processes_input

WEIR_MODULE("processes", "1.0.0", weir::processes_input::Processes)
