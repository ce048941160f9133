#include "plugins/inputs/mem/mem.hpp"

#include <unistd.h>

#include <algorithm>

#include "plugins/common/procfs/text.hpp"

namespace weir::mem_input {
namespace {

// The kernel's names, by Value.
constexpr std::array<std::string_view, value_count> names{
    "MemTotal",       "MemFree",        "MemAvailable", "Buffers",      "Cached",
    "SwapCached",     "Active",         "Inactive",     "Active(anon)", "Inactive(anon)",
    "Active(file)",   "Inactive(file)", "Unevictable",  "HighTotal",    "HighFree",
    "LowTotal",       "LowFree",        "SwapTotal",    "SwapFree",     "Dirty",
    "Writeback",      "Mapped",         "Shmem",        "Slab",         "SReclaimable",
    "SUnreclaim",     "PageTables",     "WritebackTmp", "CommitLimit",  "Committed_AS",
    "VmallocTotal",   "VmallocUsed",    "VmallocChunk", "Percpu",       "HugePages_Total",
    "HugePages_Free", "Hugepagesize"};

// Everything is in KiB but the counts of huge pages.
constexpr std::uint64_t unit_of(std::uint8_t value) {
  return value == huge_pages_total || value == huge_pages_free ? 1 : 1024;
}

struct Field {
  weir::key name;
  Value value{total};
};
// Fields that are a line of meminfo as it stands.
constexpr Field plain[] = {
    {"active"_k, active},
    {"buffered"_k, buffers},
    {"commit_limit"_k, commit_limit},
    {"committed_as"_k, committed_as},
    {"dirty"_k, dirty},
    {"free"_k, free_memory},
    {"high_free"_k, high_free},
    {"high_total"_k, high_total},
    {"huge_page_size"_k, huge_page_size},
    {"huge_pages_free"_k, huge_pages_free},
    {"huge_pages_total"_k, huge_pages_total},
    {"inactive"_k, inactive},
    {"low_free"_k, low_free},
    {"low_total"_k, low_total},
    {"mapped"_k, mapped},
    {"page_tables"_k, page_tables},
    {"shared"_k, shared},
    {"slab"_k, slab},
    {"sreclaimable"_k, sreclaimable},
    {"sunreclaim"_k, sunreclaim},
    {"swap_cached"_k, swap_cached},
    {"swap_free"_k, swap_free},
    {"swap_total"_k, swap_total},
    {"total"_k, total},
    {"vmalloc_chunk"_k, vmalloc_chunk},
    {"vmalloc_total"_k, vmalloc_total},
    {"vmalloc_used"_k, vmalloc_used},
    {"write_back"_k, write_back},
    {"write_back_tmp"_k, write_back_tmp},
};
constexpr Field extended[] = {
    {"active_anon"_k, active_anon},
    {"active_file"_k, active_file},
    {"inactive_anon"_k, inactive_anon},
    {"inactive_file"_k, inactive_file},
    {"percpu"_k, percpu},
    {"unevictable"_k, unevictable},
};

std::uint64_t minus(std::uint64_t a, std::uint64_t b) { return a < b ? 0 : a - b; }

double percent(std::uint64_t part, std::uint64_t whole) {
  return 100 * static_cast<double>(part) / static_cast<double>(whole);
}

// Pages that the kernel keeps free in all zones together.
std::uint64_t low_watermark_pages(std::string_view zoneinfo) {
  std::uint64_t pages = 0;
  while (!zoneinfo.empty()) {
    std::string_view line = procfs::take_line(zoneinfo);
    std::uint64_t more = 0;
    if (procfs::take_word(line) == "low" && procfs::take_number(line, more)) pages += more;
  }
  return pages;
}

}  // namespace

Meminfo::Meminfo(std::string_view text) {
  std::uint8_t next = 0;
  while (!text.empty()) take(procfs::take_line(text), next);
}

// next: the value that is most likely found; a search that begins there is short, because the lines
// come in the order of the table.
void Meminfo::take(std::string_view line, std::uint8_t& next) {
  const std::string_view name = procfs::take_until(line, ':');
  for (std::uint8_t tried = 0; tried < value_count; ++tried) {
    const std::uint8_t at = static_cast<std::uint8_t>((next + tried) % value_count);
    if (names[at] != name) continue;
    next = static_cast<std::uint8_t>(at + 1);
    std::uint64_t units = 0;
    if (!procfs::take_number(line, units)) return;
    values_[at] = units * unit_of(at);
    seen_ |= std::uint64_t{1} << at;
    return;
  }
}

std::uint64_t cached_bytes(const Meminfo& info) { return info[cached] + info[sreclaimable]; }

// Free memory above the watermark, and the part of the caches that can go without hurting.
std::uint64_t estimate_available(const Meminfo& info, std::string_view zoneinfo,
                                 std::uint64_t page_bytes) {
  const bool tells_caches =
      info.has(active_file) && info.has(inactive_file) && info.has(sreclaimable);
  if (!tells_caches || zoneinfo.empty()) return cached_bytes(info) + info[free_memory];
  const std::uint64_t watermark = low_watermark_pages(zoneinfo) * page_bytes;
  const std::uint64_t pages = info[active_file] + info[inactive_file];
  const std::uint64_t slabs = info[sreclaimable];
  const std::uint64_t caches =
      pages - std::min(pages / 2, watermark) + slabs - std::min(slabs / 2, watermark);
  return minus(info[free_memory] + caches, watermark);
}

void Mem::start() {
  meminfo_ = procfs::File(procfs::join(roots.proc, "meminfo"));
  zoneinfo_ = procfs::File(procfs::join(roots.proc, "zoneinfo"));
}

std::uint64_t Mem::available_bytes(const Meminfo& info) {
  if (info.has(available)) return info[available];
  std::string_view zones;
  zoneinfo_.try_read(zones);
  return estimate_available(info, zones, static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

void Mem::gather(weir::sink& out) {
  const Meminfo info(meminfo_.read());
  const std::uint64_t usable = available_bytes(info);
  const std::uint64_t used = minus(info[total], usable);
  auto& row = out.metric("mem"_k).kind(WEIR_GAUGE);
  for (const Field& field : plain) row.field(field.name, info[field.value]);
  row.field("available"_k, usable).field("cached"_k, cached_bytes(info));
  row.field("used"_k, used);
  if (info[total] != 0) {
    row.field("available_percent"_k, percent(usable, info[total]));
    row.field("used_percent"_k, percent(used, info[total]));
  }
  if (!collect_extended) return;
  for (const Field& field : extended) row.field(field.name, info[field.value]);
}

}  // namespace weir::mem_input

WEIR_MODULE("mem", "1.0.0", weir::mem_input::Mem)
