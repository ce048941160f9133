#pragma once

// What one rule does to a text.
//
// Ownership  A result is a part of the text that was given, or lies in a room of the Change until the next call.
// Threads    One thread.

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::strings {

enum class Operation : std::uint8_t {
  lowercase,
  uppercase,
  titlecase,
  trim,
  trim_left,
  trim_right,
  trim_prefix,
  trim_suffix,
  replace,
  left,
  base64decode,
  valid_utf8
};

// Options of all operations; each uses its own.
struct ChangeSettings {
  std::string cutset, prefix, suffix, old_text, new_text, replacement;
  std::int64_t width = 0;
};

class Change {
 public:
  Change(Operation operation, ChangeSettings settings)
      : operation_(operation), settings_(std::move(settings)) {}

  std::string_view apply(std::string_view text);

 private:
  std::string_view trimmed(std::string_view text) const;
  bool is_cut(std::string_view character) const;
  std::string_view without_prefix(std::string_view text) const;
  std::string_view without_suffix(std::string_view text) const;
  std::string_view replaced(std::string_view text);
  std::string_view shortened(std::string_view text) const;
  std::string_view decoded(std::string_view text);
  std::string_view repaired(std::string_view text);

  Operation operation_;
  ChangeSettings settings_;
  std::string room_;
};

}  // namespace weir::strings
