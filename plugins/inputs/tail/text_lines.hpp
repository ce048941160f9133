#pragma once

// Lines that have to be looked at one by one before the parser gets them: decoded to UTF-8, freed from colours,
// put together.
//
// Threads    One thread at a time.
// Limits     A line without end is handed on in pieces of Multiline::text_bytes_max.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/text_encoding/text_decoder.hpp"
#include "plugins/inputs/tail/multiline.hpp"

namespace weir::tail {

struct TextSettings {
  common::TextEncoding encoding = common::TextEncoding::none;
  bool strip_colours = false;
  const MultilineRule* multiline = nullptr;  // null = a line is a text

  bool wanted() const {
    return encoding != common::TextEncoding::none || strip_colours || multiline != nullptr;
  }
};

class TextLines {
 public:
  explicit TextLines(const TextSettings& settings);

  // Bytes of the file; texts that they complete are appended.
  void add(std::string_view bytes, std::int64_t now_ns, std::vector<std::string>& texts);
  // The texts that are complete because nothing came for a while.
  void expire(std::int64_t now_ns, std::vector<std::string>& texts);
  // The file ends: what is left is the last text.
  void finish(std::vector<std::string>& texts);
  // When expire() has something to do at the latest; none = not before more is added.
  std::optional<std::int64_t> due_ns() const;

 private:
  void take_lines(std::vector<std::string>& texts);
  void add_line(std::string_view line, std::vector<std::string>& texts);

  const TextSettings settings_;
  common::TextDecoder decoder_;
  std::optional<Multiline> multiline_;
  std::string text_;  // the begin of a line
  std::int64_t last_ns_ = 0;
};

// Takes what terminals take for colours and attributes out of the text: ESC [ digits and ; up to m or K.
void strip_colours(std::string& text);

}  // namespace weir::tail
