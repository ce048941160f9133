#include "plugins/parsers/csv/splitter.hpp"

#include <cstring>
#include <utility>

#include "plugins/common/parsing/scan.hpp"
#include "plugins/common/text/letters.hpp"

namespace weir::csv {
namespace {

std::string_view without_return(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::string_view without_blanks_behind(std::string_view s) {
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

}  // namespace

Splitter::Splitter(Dialect dialect)
    : dialect_(std::move(dialect)),
      quotes_(dialect_.delimiter != "\""),
      plain_(dialect_.delimiter.size() == 1 &&
             !(dialect_.trim && common::trim_space(dialect_.delimiter).empty())),
      delimiter_(dialect_.delimiter[0]) {}

Splitter::Line Splitter::line_at(std::string_view text, std::size_t& at) {
  const std::size_t end = text.find('\n', at);
  const bool ended = end != std::string_view::npos;
  const std::string_view line = text.substr(at, end - at);
  at = ended ? end + 1 : text.size();
  return {without_return(line), ended};
}

bool Splitter::take_line(std::string_view text, std::size_t& at, bool last,
                         std::string_view& line) {
  std::size_t end = at;
  const Line found = line_at(text, end);
  if (!found.ended && !last) return false;
  at = end;
  line = found.text;
  return true;
}

Splitter::Found Splitter::next(std::string_view text, std::size_t& at, bool last) {
  std::size_t behind = at;
  std::string_view line;
  lines_ = 1;
  if (!take_line(text, behind, last, line)) return Found::more;
  const bool comment = !dialect_.comment.empty() && line.starts_with(dialect_.comment);
  if (line.empty() || comment) return at = behind, Found::nothing;
  if (plain_ && split_plain(line)) return at = behind, Found::record;
  return split_carefully(text, at, last);
}

// ---- lines without quotes ----

bool Splitter::split_plain(std::string_view line) {
  const std::size_t n = line.size();
  if (line_.size() < n + slack_bytes) line_.resize(n + slack_bytes);
  char* const begin = line_.data();
  std::memcpy(begin, line.data(), n);
  std::memset(begin + n, 0, slack_bytes);
  cells_.clear();
  const char* cell = begin;
  const char quote = quotes_ ? '"' : delimiter_;
  for (std::size_t i = 0; i < n; i += 16) {
    unsigned hits = common::Chunk(begin + i).any_of(delimiter_, quote);
    if (n - i < 16) hits &= (1U << (n - i)) - 1;
    for (; hits != 0; hits &= hits - 1) {
      const char* const at = begin + i + common::first_bit(hits);
      if (*at != delimiter_) return false;
      add_plain(cell, at);
      cell = at + 1;
    }
  }
  add_plain(cell, begin + n);
  return true;
}

inline void Splitter::add_plain(const char* begin, const char* end) {
  const std::string_view cell(begin, static_cast<std::size_t>(end - begin));
  cells_.push_back(dialect_.trim ? without_blanks_behind(common::trim_space_left(cell)) : cell);
}

// ---- all lines ----

Splitter::Found Splitter::split_carefully(std::string_view text, std::size_t& at, bool last) {
  careful_.clear();
  ends_.clear();
  std::size_t behind = at;
  Line line = line_at(text, behind);
  const std::size_t first_line_end = behind;
  Found found = Found::nothing;
  while (found == Found::nothing) {
    if (dialect_.trim) line.text = common::trim_space_left(line.text);
    const bool quoted = quotes_ && line.text.starts_with('"');
    found = quoted ? quoted_cell(text, behind, line) : plain_cell(line);
  }
  if (!line.ended && !last) return Found::more;  // what is there may be a part of the line
  if (found == Found::more) found = fail("a quote is not closed");
  at = found == Found::bad ? first_line_end : behind;
  if (found == Found::bad) lines_ = 1;
  if (found == Found::record) finish_careful();
  return found;
}

// nothing: another cell follows.
Splitter::Found Splitter::plain_cell(Line& line) {
  const std::size_t end = line.text.find(dialect_.delimiter);
  const std::string_view cell = line.text.substr(0, end);
  if (quotes_ && cell.find('"') != std::string_view::npos) {
    return fail("a quote stands within a cell that does not begin with one");
  }
  careful_.append(dialect_.trim ? without_blanks_behind(cell) : cell);
  end_cell();
  if (end == std::string_view::npos) return Found::record;
  line.text.remove_prefix(end + dialect_.delimiter.size());
  return Found::nothing;
}

// more: the text ends first.
Splitter::Found Splitter::quoted_cell(std::string_view text, std::size_t& at, Line& line) {
  const std::size_t begin = careful_.size();
  line.text.remove_prefix(1);
  for (;;) {
    const std::size_t quote = line.text.find('"');
    careful_.append(line.text.substr(0, quote));
    if (quote == std::string_view::npos) {
      if (!line.ended || at == text.size()) return line.ended = false, Found::more;
      careful_ += '\n';
      line = line_at(text, at);
      ++lines_;
      continue;
    }
    line.text.remove_prefix(quote + 1);
    if (!line.text.starts_with('"')) break;
    careful_ += '"';
    line.text.remove_prefix(1);
  }
  if (dialect_.trim) trim_from(begin);
  end_cell();
  if (line.text.empty()) return Found::record;
  if (!line.text.starts_with(dialect_.delimiter)) {
    return fail("a quote within a quoted cell is not doubled");
  }
  line.text.remove_prefix(dialect_.delimiter.size());
  return Found::nothing;
}

void Splitter::trim_from(std::size_t begin) {
  while (careful_.size() > begin && careful_.back() == ' ') careful_.pop_back();
  std::size_t blanks = 0;
  while (begin + blanks < careful_.size() && careful_[begin + blanks] == ' ') ++blanks;
  careful_.erase(begin, blanks);
}

Splitter::Found Splitter::fail(const char* why) {
  problem_ = why;
  return Found::bad;
}

void Splitter::finish_careful() {
  careful_.append(slack_bytes, '\0');
  cells_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    cells_.emplace_back(careful_.data() + begin, end - begin);
    begin = end;
  }
}

}  // namespace weir::csv
