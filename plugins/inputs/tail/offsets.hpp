#pragma once

// How far files were read, for the next instance in this process: a reload goes on where reading stopped.
//
// Threads  Any.
// Limits   files_max; beyond it nothing more is remembered.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace weir::tail {

constexpr std::size_t saved_files_max = 100'000;

void save_offset(const std::string& path, std::int64_t offset);
std::optional<std::int64_t> saved_offset(const std::string& path);

}  // namespace weir::tail
