#pragma once

// Cuts a file into its statements: headers, and keys with their values.

#include <cstdint>
#include <functional>
#include <vector>

#include "core/config/mapped_text.hpp"
#include "core/config/node.hpp"
#include "core/config/reporter.hpp"

namespace weir::config {

struct Statement {
  enum class Kind : std::uint8_t { table, array_table, entry, unreadable };
  Kind kind{Kind::unreadable};
  At at;                  // A header's brackets, or an entry's key.
  std::vector<Key> path;  // At least one key, unless unreadable.
  Node value;             // Of an entry.
};

// Calls each in the order of the file. What cannot be read is reported and handed on as unreadable, so
// that the table it stands in is known to be incomplete.
void cut_statements(const MappedText& text, Reporter& reporter,
                    const std::function<void(Statement&)>& each);

}  // namespace weir::config
