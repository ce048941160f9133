#pragma once

// inputs.mem: how the memory of the machine is used, from /proc/meminfo.
//
// Threads    As in abi.h: one call at a time.
// Errors     A meminfo that cannot be read fails the gather; lines that are not understood count as
//            missing.
// Units      Bytes, but for the counts of huge pages.

#include <array>
#include <cstdint>
#include <string_view>

#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"

namespace weir::mem_input {

// Values of /proc/meminfo, in the order in which the kernel writes them.
enum Value : std::uint8_t {
  total,
  free_memory,
  available,
  buffers,
  cached,
  swap_cached,
  active,
  inactive,
  active_anon,
  inactive_anon,
  active_file,
  inactive_file,
  unevictable,
  high_total,
  high_free,
  low_total,
  low_free,
  swap_total,
  swap_free,
  dirty,
  write_back,
  mapped,
  shared,
  slab,
  sreclaimable,
  sunreclaim,
  page_tables,
  write_back_tmp,
  commit_limit,
  committed_as,
  vmalloc_total,
  vmalloc_used,
  vmalloc_chunk,
  percpu,
  huge_pages_total,
  huge_pages_free,
  huge_page_size,
  value_count
};

class Meminfo {
 public:
  explicit Meminfo(std::string_view text);
  std::uint64_t operator[](Value value) const { return values_[value]; }
  bool has(Value value) const { return (seen_ >> value & 1) != 0; }

 private:
  void take(std::string_view line, std::uint8_t& next);

  std::array<std::uint64_t, value_count> values_{};
  std::uint64_t seen_{0};
};

// Page cache and what of the slabs can be reclaimed.
std::uint64_t cached_bytes(const Meminfo& info);
// What programs can have without swapping, for kernels older than 3.14, which do not say it. zoneinfo:
// the text of /proc/zoneinfo, empty where there is none.
std::uint64_t estimate_available(const Meminfo& info, std::string_view zoneinfo,
                                 std::uint64_t page_bytes);

struct Mem {
  static constexpr weir::info meta{"mem", "1.0.0", "Read metrics about memory usage"};

  bool collect_extended{};

  static constexpr auto options = std::tuple{weir::opt{
      "collect_extended", &Mem::collect_extended, "false",
      "Also give active_file, inactive_file, active_anon, inactive_anon, unevictable and percpu"}};

  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};

 private:
  std::uint64_t available_bytes(const Meminfo& info);

  procfs::File meminfo_, zoneinfo_;
};

}  // namespace weir::mem_input
