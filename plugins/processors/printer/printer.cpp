#include "plugins/processors/printer/printer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace weir::printer {

weir_buf Lines::get(std::uint64_t bytes) {
  const std::size_t words = bytes / sizeof(std::uint64_t) + 1;
  pieces_.push_back({std::vector<std::uint64_t>(words)});
  weir_buf made{};
  made.size = sizeof made;
  made.data = reinterpret_cast<std::uint8_t*>(pieces_.back().memory.data());
  made.cap = words * sizeof(std::uint64_t);
  return made;
}

void Lines::put(weir_buf& buf) noexcept {
  const auto is = [&buf](const Piece& p) {
    return reinterpret_cast<const std::uint8_t*>(p.memory.data()) == buf.data;
  };
  pieces_.erase(std::remove_if(pieces_.begin(), pieces_.end(), is), pieces_.end());
  buf = weir_buf{};
}

void Lines::trim() {
  if (buffer_.cap > kept_bytes_max) put(buffer_);
}

void Printer::keep(const batch& rows, kept_rows& kept) {
  (void)kept;
  text out(&lines_.buffer(), &lines_);
  writer_.begin_batch(rows);
  for (const row r : rows) put(r, out);
  const std::string_view all = out.view();
  const bool written = std::fwrite(all.data(), 1, all.size(), stdout) == all.size();
  if (!written || std::fflush(stdout) != 0) {
    const std::string why = std::generic_category().message(errno);
    std::clearerr(stdout);
    self.error("metrics cannot be printed, standard output refuses them: " + why);
  }
  lines_.trim();
}

// What line protocol cannot hold passes unprinted.
void Printer::put(const row& r, text& out) {
  const std::uint64_t before = out.size();
  try {
    writer_.write(r, out);
  } catch (const fail&) {
    out.cut(before);
  }
}

}  // namespace weir::printer

WEIR_MODULE("printer", "1.0.0", weir::printer::Printer)
