#pragma once

// What a shared object says of itself, read without loading it: nothing in it runs.
//
// Reads what the dynamic linker reads (program headers and the dynamic section), as section headers
// may be stripped or untrue.
//
// Threads  Pure functions.
// Errors   A text in words for a person. Every offset is checked against the bytes, so any file may
//          be given.
// Limits   64-bit objects of this machine's byte order and processor.

#include <string>
#include <string_view>
#include <vector>

namespace weir::check {

struct ElfFile {
  std::string why;  // Not empty: the bytes are no shared object for this machine, and why.
  // Names of symbols that are defined and visible to others, in the order of the table.
  std::vector<std::string> exports;
  bool unique_symbols{false};    // One copy for all modules, whatever their visibility.
  bool text_relocations{false};  // Code that has to be rewritten to be loaded.
  bool executable_stack{false};  // Would make the stacks of the whole process executable.
};

ElfFile read_elf(std::string_view bytes);

// Empty when the file may be loaded as a module: it exports the entry symbol and nothing else, and
// asks for nothing that makes the process less safe. Else what is wrong.
std::string check_image(const ElfFile& file);

// The same for a file by name.
std::string check_file(const std::string& path);

}  // namespace weir::check
