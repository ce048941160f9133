#include "core/config/sources.hpp"

#include <algorithm>
#include <utility>

#include "core/config/scan.hpp"
#include "core/config/text.hpp"

namespace weir::config {
namespace {

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }

std::uint32_t count_characters(std::string_view text) {
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), starts_character));
}

// "scheme://user:password@host": the password, wherever such an address stands.
void blot_addresses(std::string& line) {
  for (std::size_t at = line.find("://"); at != std::string::npos; at = line.find("://", at + 1)) {
    const std::size_t end = line.find_first_of("/\"' ,", at + 3);
    const std::size_t colon = line.find(':', at + 3);
    const std::size_t host = line.rfind('@', end);
    if (host != std::string::npos && colon < host) {
      std::fill(line.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                line.begin() + static_cast<std::ptrdiff_t>(host), '*');
    }
  }
}

bool line_header(std::string_view line) {
  const std::size_t first = skip_blanks(line, 0);
  return first < line.size() && line[first] == '[';
}

// Control characters and bytes that are not UTF-8 could upset a terminal or a reader of JSON.
void make_printable(std::string& line) {
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t length = utf8_length(line, i);
    const bool control =
        (static_cast<unsigned char>(line[i]) < 0x20 && line[i] != '\t') || line[i] == 0x7f;
    if (length == 0 || control) line[i] = '?';
    i += std::max<std::size_t>(1, length);
  }
}

}  // namespace

SourceFile::SourceFile(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_starts_{0} {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

SourceFile::Position SourceFile::position(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::uint32_t start = *(after - 1);
  const auto line = static_cast<std::uint32_t>(after - line_starts_.begin());
  return {line, 1 + count_characters(std::string_view(text_).substr(start, offset - start))};
}

SourceFile::Piece SourceFile::line_piece(std::uint32_t line) const {
  if (line == 0 || line > line_starts_.size()) return {0, 0};
  const std::uint32_t start = line_starts_[line - 1];
  const std::size_t next = line < line_starts_.size() ? line_starts_[line] - 1 : text_.size();
  std::size_t end = next;
  if (end > start && text_[end - 1] == '\r') --end;
  return {start, static_cast<std::uint32_t>(end - start)};
}

std::string SourceFile::shown_line(std::uint32_t line) const {
  const Piece piece = line_piece(line);
  std::string shown = text_.substr(piece.offset, piece.length);
  for (const Piece& hidden : hidden_) {
    const std::size_t from = std::max(hidden.offset, piece.offset);
    const std::size_t to = std::min(hidden.offset + hidden.length, piece.offset + piece.length);
    for (std::size_t i = from; i < to; ++i) shown[i - piece.offset] = '*';
  }
  blot_addresses(shown);
  make_printable(shown);
  return shown;
}

std::uint32_t SourceFile::width(std::uint32_t offset, std::uint32_t length) const {
  if (offset >= text_.size()) return 1;
  const std::string_view piece = std::string_view(text_).substr(offset, length);
  return std::max(1U, count_characters(piece.substr(0, piece.find_first_of("\r\n"))));
}

std::uint32_t SourceFile::value_width(std::uint32_t line, std::uint32_t column) const {
  const Piece piece = line_piece(line);
  const std::string_view text = std::string_view(text_).substr(piece.offset, piece.length);
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < column && at < text.size(); ++i) {
    at += std::max<std::size_t>(1, utf8_length(text, at));
  }
  if (at >= text.size()) return 1;
  const bool header = text[at] == '[' && line_header(text);
  std::size_t end = is_quote(text[at]) ? end_of_string(text, at)
                                       : text.find_first_of(header ? "#" : ",]} \t#", at + 1);
  end = std::min(end, text.size());
  while (end > at + 1 && is_blank(text[end - 1])) --end;
  return std::max(1U, count_characters(text.substr(at, end - at)));
}

std::uint32_t Sources::add(std::string name, std::string text) {
  files_.emplace_back(std::move(name), std::move(text));
  return size() - 1;
}

std::string_view Sources::text(const At& at) const {
  if (at.file >= files_.size() || at.offset > files_[at.file].text().size()) return {};
  return std::string_view(files_[at.file].text()).substr(at.offset, at.length);
}

}  // namespace weir::config
