#pragma once

// inputs.processes: how many processes there are in which state, from /proc/*/stat.
//
// Threads    As in abi.h: one call at a time.
// Errors     A /proc that cannot be listed fails the gather. A process that ends meanwhile, or that may
//            not be looked at, is not counted; the latter is said once.

#include <array>
#include <cstdint>
#include <string_view>

#include <weir/weir.hpp>

#include "plugins/common/procfs/directory.hpp"
#include "plugins/common/procfs/roots.hpp"

namespace weir::processes_input {

// What /proc/PID/stat says; state is 0 where the text is none.
struct Process {
  char state{0};
  std::int64_t threads{0};
};
Process parse_process(std::string_view stat);

enum State : std::uint8_t {
  blocked,
  zombies,
  stopped,
  running,
  sleeping,
  unknown,
  dead,
  paging,
  idle,
  parked,
  state_count
};
State state_of(char letter);

struct Counts {
  std::array<std::int64_t, state_count> by_state{};
  std::int64_t total{0}, threads{0};
  std::int64_t hidden{0};  // no permission
};

struct Processes {
  static constexpr weir::info meta{"processes", "1.0.0", "Count processes by their state"};

  bool use_sudo{};

  static constexpr auto options = std::tuple{
      weir::opt{"use_sudo", &Processes::use_sudo, "false",
                "Has no effect on Linux, where /proc is read; on BSD it runs ps by sudo"}};

  void init();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};
  weir::host self;

 private:
  Counts count();
  void read_one(const char* pid, Counts& counts) const;
  void tell_hidden(std::int64_t hidden);

  procfs::Directory proc_;
  bool told_hidden_{false};
};

}  // namespace weir::processes_input
