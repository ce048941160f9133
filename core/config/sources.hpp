#pragma once

// The texts of the configuration's files, and where in them something stands.
//
// Ownership  Sources owns its files; a SourceFile's views live as long as it does.
// Units      Offsets are bytes. Lines and columns count from 1, columns count characters.
// Limits     Texts under 4 GiB (load.hpp allows far less).

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

inline constexpr std::uint32_t no_file = 0xffffffffU;

// A piece of a file.
struct At {
  std::uint32_t file{no_file};
  std::uint32_t offset{0}, length{0};
};

class SourceFile {
 public:
  SourceFile(std::string name, std::string text);

  struct Position {
    std::uint32_t line{1}, column{1};
  };

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Position position(std::uint32_t offset) const;
  // The line as it may be shown: without its line break, what is hidden as '*', bytes that are no text as '?'.
  [[nodiscard]] std::string shown_line(std::uint32_t line) const;
  // Characters of a piece, as far as it stands in its first line; at least 1.
  [[nodiscard]] std::uint32_t width(std::uint32_t offset, std::uint32_t length) const;

  // The same of the value that begins at a place: a string with its quotes, a header, or a word.
  [[nodiscard]] std::uint32_t value_width(std::uint32_t line, std::uint32_t column) const;

  // The piece is a secret: shown_line blots it out.
  void hide(std::uint32_t offset, std::uint32_t length) { hidden_.push_back({offset, length}); }

 private:
  struct Piece {
    std::uint32_t offset, length;
  };
  [[nodiscard]] Piece line_piece(std::uint32_t line) const;

  std::string name_, text_;
  std::vector<std::uint32_t> line_starts_;
  std::vector<Piece> hidden_;
};

class Sources {
 public:
  // Returns the file's index.
  std::uint32_t add(std::string name, std::string text);
  [[nodiscard]] const SourceFile& file(std::uint32_t index) const { return files_[index]; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(files_.size()); }
  void hide(const At& at) {
    if (at.file < files_.size()) files_[at.file].hide(at.offset, at.length);
  }
  // What stands there.
  [[nodiscard]] std::string_view text(const At& at) const;

 private:
  std::deque<SourceFile> files_;  // A file stays where it is while others are added.
};

}  // namespace weir::config
