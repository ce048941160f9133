#include "plugins/inputs/cpu/cpu.hpp"

#include <unistd.h>

#include <utility>

namespace weir::cpu_input {
namespace {

// By State.
constexpr std::array<weir::key, state_count> time_names{
    "time_user"_k, "time_nice"_k,    "time_system"_k, "time_idle"_k,  "time_iowait"_k,
    "time_irq"_k,  "time_softirq"_k, "time_steal"_k,  "time_guest"_k, "time_guest_nice"_k};
constexpr std::array<weir::key, state_count> usage_names{
    "usage_user"_k, "usage_nice"_k,    "usage_system"_k, "usage_idle"_k,  "usage_iowait"_k,
    "usage_irq"_k,  "usage_softirq"_k, "usage_steal"_k,  "usage_guest"_k, "usage_guest_nice"_k};

}  // namespace

void Cpu::start() {
  stat_ = procfs::File(procfs::join(roots.proc, "stat"));
  const long ticks = sysconf(_SC_CLK_TCK);
  if (ticks > 0) ticks_per_second_ = static_cast<double>(ticks);
  if (core_tags) read_places();
}

void Cpu::read_places() {
  procfs::File cpuinfo(procfs::join(roots.proc, "cpuinfo"));
  std::string_view text;
  const int error = cpuinfo.try_read(text);
  if (error != 0 && self) {
    self.warn(procfs::cannot_read(cpuinfo.path(), error) + "; no core_id and physical_id");
  }
  places_ = places_of(text, roots);
  has_core_ = !places_.empty() && !places_[0].core_id.empty();
  has_physical_ = !places_.empty() && !places_[0].physical_id.empty();
}

// The processors mostly come in the order they came in last time.
const Times* Cpu::last_of(std::size_t index, std::string_view cpu) const {
  if (index < last_.size() && last_[index].cpu == cpu) return &last_[index];
  for (const Times& times : last_) {
    if (times.cpu == cpu) return &times;
  }
  return nullptr;
}

weir::builder& Cpu::begin(weir::sink& out, const Times& times, std::uint8_t kind) const {
  auto& row = out.metric("cpu"_k).kind(kind).tag("cpu"_k, times.cpu);
  if (!has_core_ && !has_physical_) return row;
  const Place* place = nullptr;
  for (const Place& known : places_) {
    if (known.cpu == times.cpu) place = &known;
  }
  if (has_core_) row.tag("core_id"_k, place == nullptr ? std::string_view() : place->core_id);
  if (has_physical_) {
    row.tag("physical_id"_k, place == nullptr ? std::string_view() : place->physical_id);
  }
  return row;
}

void Cpu::add_times(weir::sink& out, const Times& times) const {
  auto& row = begin(out, times, WEIR_COUNTER);
  for (std::size_t state = 0; state < state_count; ++state) {
    row.field(time_names[state], static_cast<double>(times.ticks[state]) / ticks_per_second_);
  }
  if (report_active) {
    row.field("time_active"_k, static_cast<double>(times.active()) / ticks_per_second_);
  }
}

void Cpu::add_usage(weir::sink& out, const Times& times, const Usage& usage) const {
  auto& row = begin(out, times, WEIR_GAUGE);
  for (std::size_t state = 0; state < state_count; ++state) {
    row.field(usage_names[state], usage.percent[state]);
  }
  if (report_active) row.field("usage_active"_k, usage.active_percent);
}

// false when the processor's time ran backwards.
bool Cpu::report(weir::sink& out, std::size_t index) const {
  const Times& times = times_[index];
  if (collect_cpu_time) add_times(out, times);
  const Times* last = last_of(index, times.cpu);
  Usage usage;
  if (last == nullptr) return true;
  if (usage_between(*last, times, usage)) add_usage(out, times, usage);
  return times.total() >= last->total();
}

void Cpu::gather(weir::sink& out) {
  read_times(stat_.read(), percpu, totalcpu, times_);
  std::size_t index = 0;
  while (index < times_.size() && report(out, index)) ++index;
  const bool backwards = index < times_.size();
  last_.swap(times_);
  if (backwards) {
    throw weir::retry("the total time of " + last_[index].cpu +
                      " is less than at the last gather: no usage this time");
  }
}

}  // namespace weir::cpu_input

WEIR_MODULE("cpu", "1.0.0", weir::cpu_input::Cpu)
