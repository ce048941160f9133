#pragma once

// What a shared object says of itself, read without loading it: nothing in it runs.
//
// Reads what the dynamic linker reads (program headers and the dynamic section), as section headers
// may be stripped or untrue.
//
// Threads  Pure functions.
// Errors   ErrorKind::permanent: why the bytes are no module for this machine. Every offset is
//          checked against the bytes, so any file may be given.
// Limits   64-bit objects of this machine's byte order and processor.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace weir::plugin {

struct ElfFile {
  // Names of symbols that are defined and visible to others, in the order of the table.
  std::vector<std::string> exports;
};

Result<ElfFile> read_elf(std::string_view bytes);

// Empty when the exports are those of a module: the entry symbol and nothing else. Else what is
// wrong.
std::string check_exports(const ElfFile& file);

}  // namespace weir::plugin
