#include "plugins/inputs/kernel/kernel.hpp"

#include <algorithm>
#include <utility>

#include "plugins/common/procfs/roots.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::kernel_input {
namespace {

constexpr const char* merging_values[] = {
    "full_scans",       "max_page_sharing",   "merge_across_nodes",
    "pages_shared",     "pages_sharing",      "pages_to_scan",
    "pages_unshared",   "pages_volatile",     "run",
    "sleep_millisecs",  "stable_node_chains", "stable_node_chains_prune_millisecs",
    "stable_node_dups", "use_zero_pages",     "general_profit"};
// Only of late do kernels have it.
constexpr std::string_view newest_value = "general_profit";

void take(std::string_view line, std::optional<std::int64_t>& counter) {
  std::int64_t number = 0;
  if (procfs::take_number(line, number)) counter = number;
}

void add(weir::sink& out, weir::key name, const std::optional<std::int64_t>& counter) {
  if (counter) out.field(name, *counter);
}

void add_stall(weir::sink& out, std::string_view resource, std::string_view share,
               const Stall& stall) {
  if (!stall.known) return;
  out.metric("pressure"_k).kind(WEIR_COUNTER).tag("resource"_k, resource).tag("type"_k, share);
  out.field("total"_k, stall.total_us);
  out.metric("pressure"_k).kind(WEIR_GAUGE).tag("resource"_k, resource).tag("type"_k, share);
  out.field("avg10"_k, stall.avg10).field("avg60"_k, stall.avg60).field("avg300"_k, stall.avg300);
}

}  // namespace

Counters counters_of(std::string_view stat) {
  Counters counters;
  while (!stat.empty()) {
    std::string_view line = procfs::take_line(stat);
    const std::string_view name = procfs::take_word(line);
    if (name == "intr") {
      take(line, counters.interrupts);
    } else if (name == "ctxt") {
      take(line, counters.context_switches);
    } else if (name == "btime") {
      take(line, counters.boot_time);
    } else if (name == "processes") {
      take(line, counters.processes_forked);
    } else if (name == "page") {
      take(line, counters.disk_pages_in);
      procfs::take_word(line);
      take(line, counters.disk_pages_out);
    }
  }
  return counters;
}

bool Kernel::wants(std::string_view what) const {
  return std::find(collect.begin(), collect.end(), what) != collect.end();
}

void Kernel::init() {
  for (const std::string& what : collect) {
    if (what != "ksm" && what != "psi" && self) {
      self.warn("collect: \"" + what +
                "\" is not known and gathers nothing; known are ksm and psi");
    }
  }
}

void Kernel::start() {
  stat_ = procfs::File(procfs::join(proc, "stat"));
  entropy_ = procfs::File(procfs::join(proc, "sys/kernel/random/entropy_avail"));
  cpu_pressure_ = procfs::File(procfs::join(proc, "pressure/cpu"));
  memory_pressure_ = procfs::File(procfs::join(proc, "pressure/memory"));
  io_pressure_ = procfs::File(procfs::join(proc, "pressure/io"));
  if (wants("ksm")) open_merging();
}

void Kernel::open_merging() {
  const std::string folder = procfs::join(sys, "kernel/mm/ksm");
  if (!procfs::exists(folder)) {
    throw weir::config_error("collect", folder +
                                            " does not exist: this kernel has no same-page "
                                            "merging; remove \"ksm\" from collect");
  }
  merging_.clear();
  for (const char* name : merging_values) {
    merging_.push_back({std::string("ksm_") + name, procfs::File(procfs::join(folder, name)),
                        name == newest_value});
  }
}

void Kernel::note(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

std::string_view Kernel::text_of(procfs::File& file) {
  std::string_view text;
  const int error = file.try_read(text);
  if (error != 0) note(procfs::cannot_read(file.path(), error));
  return text;
}

void Kernel::add_counters(weir::sink& out) {
  const Counters counters = counters_of(text_of(stat_));
  add(out, "boot_time"_k, counters.boot_time);
  add(out, "context_switches"_k, counters.context_switches);
  add(out, "disk_pages_in"_k, counters.disk_pages_in);
  add(out, "disk_pages_out"_k, counters.disk_pages_out);
  add(out, "interrupts"_k, counters.interrupts);
  add(out, "processes_forked"_k, counters.processes_forked);
}

void Kernel::add_entropy(weir::sink& out) {
  std::int64_t bits = 0;
  if (procfs::to_number(procfs::trim(text_of(entropy_)), bits)) out.field("entropy_avail"_k, bits);
}

void Kernel::add_merging(weir::sink& out) {
  for (Merging& value : merging_) {
    std::string_view text;
    std::int64_t number = 0;
    const int error = value.file.try_read(text);
    if (error == 0 && procfs::to_number(procfs::trim(text), number)) {
      out.field(value.field, number);
    } else if (!value.optional) {
      note(procfs::cannot_read(value.file.path(), error));
    }
  }
}

// That all tasks wait for a processor cannot be: "full" of cpu is always zero and left out.
void Kernel::add_pressure(weir::sink& out, std::string_view resource, procfs::File& file) {
  const Pressure pressure = parse_pressure(text_of(file));
  add_stall(out, resource, "some", pressure.some);
  if (resource != "cpu") add_stall(out, resource, "full", pressure.full);
}

void Kernel::gather(weir::sink& out) {
  problem_.clear();
  out.metric("kernel"_k).kind(WEIR_COUNTER);
  add_counters(out);
  add_entropy(out);
  add_merging(out);
  if (wants("psi")) {
    add_pressure(out, "cpu", cpu_pressure_);
    add_pressure(out, "memory", memory_pressure_);
    add_pressure(out, "io", io_pressure_);
  }
  if (!problem_.empty()) throw weir::retry(problem_);
}

}  // namespace weir::kernel_input

WEIR_MODULE("kernel", "1.0.0", weir::kernel_input::Kernel)
