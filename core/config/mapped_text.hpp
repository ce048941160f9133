#pragma once

// The text that is parsed, and where each byte of it stands in the file: environment variables may
// have been replaced before.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/environment.hpp"
#include "core/config/sources.hpp"

namespace weir::config {

class MappedText {
 public:
  // The file as it is, from the offset on.
  MappedText(std::uint32_t file, std::string_view text, std::uint32_t offset)
      : file_(file), base_(offset), text_(text.substr(offset)) {}
  MappedText(std::uint32_t file, std::uint32_t offset, Expansion expansion)
      : file_(file),
        base_(offset),
        text_(std::move(expansion.text)),
        steps_(std::move(expansion.steps)) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] At at(std::size_t offset, std::size_t length) const;
  // True when the piece, or part of it, came from the environment.
  [[nodiscard]] bool replaced(std::size_t offset, std::size_t length) const;

 private:
  [[nodiscard]] std::uint32_t source_offset(std::size_t offset) const;

  std::uint32_t file_, base_;
  std::string text_;
  std::vector<Expansion::Step> steps_;
};

}  // namespace weir::config
