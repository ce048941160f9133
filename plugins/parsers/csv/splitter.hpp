#pragma once

// Cuts a text of comma separated values into records, and records into cells.
//
// Most lines have no quotes: such a line is cut sixteen bytes at a time. Others go the careful way, which knows
// everything; both give the same cells.
//
// Format     RFC 4180 as Go's encoding/csv reads it: a quoted cell begins with its quote, holds breaks and separators,
//            and quotes that are doubled; "\r\n" is one break. Empty lines are passed over.
// Ownership  Cells are views, valid until the next call; 16 bytes behind each may be read.
// Threads    One thread.
// Errors     Found::bad: problem() says why. The first line of the record is passed over, so that those behind a quote
//            that nothing closes are read.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::csv {

struct Dialect {
  std::string delimiter =
      ",";              // one character; where it is the quote, quotes have no other meaning
  std::string comment;  // what lines begin with that are passed over; empty = none are
  bool trim = false;    // white space before a cell and blanks behind it
};

class Splitter {
 public:
  enum class Found : std::uint8_t {
    record,
    nothing,  // an empty line or a comment
    more,     // the record is not finished; at stays
    bad
  };

  explicit Splitter(Dialect dialect);

  // Reads what begins at text[at], and moves at behind it. last: nothing follows the text.
  Found next(std::string_view text, std::size_t& at, bool last);
  // The line that begins there, without its break; at stays where it is not finished.
  static bool take_line(std::string_view text, std::size_t& at, bool last, std::string_view& line);

  const std::vector<std::string_view>& cells() const { return cells_; }
  const char* problem() const { return problem_; }
  // How many lines the last next() moved over.
  std::uint64_t lines() const { return lines_; }

 private:
  // What is left of a line.
  struct Line {
    std::string_view text;
    bool ended = false;  // by a break
  };
  static constexpr std::size_t slack_bytes = 64;

  static Line line_at(std::string_view text, std::size_t& at);
  bool split_plain(std::string_view line);
  void add_plain(const char* begin, const char* end);
  Found split_carefully(std::string_view text, std::size_t& at, bool last);
  Found plain_cell(Line& line);
  Found quoted_cell(std::string_view text, std::size_t& at, Line& line);
  void trim_from(std::size_t begin);
  Found fail(const char* why);
  void end_cell() { ends_.push_back(careful_.size()); }
  void finish_careful();

  Dialect dialect_;
  bool quotes_;                    // have a meaning
  bool plain_;                     // lines without quotes may be cut at every delimiter
  char delimiter_;                 // the one byte of it, where plain_
  std::string line_;               // the line at hand, and slack_bytes zeros
  std::string careful_;            // cells one behind the other
  std::vector<std::size_t> ends_;  // of the cells in it
  std::vector<std::string_view> cells_;
  const char* problem_ = "";
  std::uint64_t lines_ = 0;
};

}  // namespace weir::csv
