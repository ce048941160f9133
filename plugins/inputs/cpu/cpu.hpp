#pragma once

// inputs.cpu: what the processors spend their time with, from /proc/stat.
//
// Threads    As in abi.h: one call at a time.
// Errors     A stat file that cannot be read, or whose sum of times went down, fails the gather; the
//            rows that were made before stay.
// Units      time_* seconds, usage_* percent of the time since the last gather.

#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"
#include "plugins/inputs/cpu/times.hpp"
#include "plugins/inputs/cpu/topology.hpp"

namespace weir::cpu_input {

struct Cpu {
  static constexpr weir::info meta{"cpu", "1.0.0", "Read metrics about cpu usage"};

  bool percpu{}, totalcpu{}, collect_cpu_time{}, report_active{}, core_tags{};

  static constexpr auto options = std::tuple{
      weir::opt{"percpu", &Cpu::percpu, "true", "Report each logical processor"},
      weir::opt{"totalcpu", &Cpu::totalcpu, "true", "Report all of them together as cpu-total"},
      weir::opt{"collect_cpu_time", &Cpu::collect_cpu_time, "false",
                "Also report the seconds since boot, as time_*"},
      weir::opt{"report_active", &Cpu::report_active, "false",
                "Also report everything but idle together, as usage_active and time_active; iowait "
                "is part of it"},
      weir::opt{"core_tags", &Cpu::core_tags, "false",
                "Add the tags core_id and physical_id where the machine tells them"}};

  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};
  weir::host self;

 private:
  void read_places();
  const Times* last_of(std::size_t index, std::string_view cpu) const;
  weir::builder& begin(weir::sink& out, const Times& times, std::uint8_t kind) const;
  void add_times(weir::sink& out, const Times& times) const;
  void add_usage(weir::sink& out, const Times& times, const Usage& usage) const;
  bool report(weir::sink& out, std::size_t index) const;

  procfs::File stat_;
  double ticks_per_second_{100};
  std::vector<Times> times_, last_;
  std::vector<Place> places_;
  bool has_core_{false}, has_physical_{false};
};

}  // namespace weir::cpu_input
