#pragma once

// What is wrong with a configuration, said to a person or to a program.
//
//   telegraf.conf:12:3: error: unknown option "metrc_batch_size"
//      12 |   metrc_batch_size = 5
//         |   ^~~~~~~~~~~~~~~~
//         = did you mean "metric_batch_size"?
//
// Ownership  A Diagnostic owns its texts. Values of secrets never get into one.
// Units      Lines and columns count from 1, columns count characters; 0 = none.

#include <cstdint>
#include <string>
#include <vector>

namespace weir::config {

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  Severity severity{Severity::error};
  std::string file;  // Empty: about the configuration as a whole.
  std::uint32_t line{0}, column{0};
  std::uint32_t width{0};  // Characters that the caret underlines.
  std::string message;
  std::string hint;    // What to do about it; may be empty.
  std::string source;  // The line, with secrets blotted out; may be empty.
};

[[nodiscard]] bool has_errors(const std::vector<Diagnostic>& diagnostics);

// For a terminal: several lines, each ended by a line break. colour: with ANSI sequences.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, bool colour = false);

// One JSON object in one line, without a line break.
[[nodiscard]] std::string render_json(const Diagnostic& diagnostic);

}  // namespace weir::config
