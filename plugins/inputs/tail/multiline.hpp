#pragma once

// The table multiline: lines that belong together become one text.
//
// Threads    One thread at a time.
// Errors     The constructor throws weir::config_error.
// Limits     A text that has grown to text_bytes_max is complete.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include <weir/options.hpp>

namespace weir::tail {

struct MultilineOptions {
  std::string pattern;
  std::string match_which_line;
  bool invert_match{};
  std::string quotation;
  bool preserve_newline{};
  duration timeout;
  static constexpr const char* const which[] = {"previous", "next"};
  static constexpr const char* const quotations[] = {"ignore", "single-quotes", "double-quotes",
                                                     "backticks"};
  static constexpr auto options = std::tuple{
      opt{"pattern", &MultilineOptions::pattern, "\"\"",
          "Regular expression: a line that it matches belongs to another one; empty = none"},
      opt{"match_which_line", &MultilineOptions::match_which_line, "\"previous\"",
          "Which other one: previous or next"}
          .one_of(which),
      opt{"invert_match", &MultilineOptions::invert_match, "false",
          "A line that it does not match belongs to another one"},
      opt{"quotation", &MultilineOptions::quotation, "\"ignore\"",
          "Text in these quotes goes on over lines: ignore, single-quotes, double-quotes, "
          "backticks"}
          .one_of(quotations),
      opt{"preserve_newline", &MultilineOptions::preserve_newline, "false",
          "Line breaks stay between the lines of a text"},
      opt{"timeout", &MultilineOptions::timeout, "\"5s\"",
          "A text to which nothing came for so long is complete"}};

  bool wanted() const { return !pattern.empty() || quotation != "ignore"; }
};

// What all files have in common.
class MultilineRule {
 public:
  explicit MultilineRule(const MultilineOptions& options);
  ~MultilineRule();
  bool joins(std::string_view line) const;

  const bool to_previous, keep_break;
  const char quote;  // 0 = none
  const std::int64_t timeout_ns;

 private:
  struct Pattern;
  std::unique_ptr<Pattern> pattern_;
  const bool invert_;
};

// The text of one file that is being put together.
class Multiline {
 public:
  static constexpr std::size_t text_bytes_max = std::size_t{1} << 20;

  explicit Multiline(const MultilineRule& rule) : rule_(rule) {}
  // Adds a line; the text that is complete by it, or empty.
  std::string add(std::string_view line);
  // What there is, complete or not.
  std::string take() { return std::exchange(text_, {}); }
  bool empty() const { return text_.empty(); }

 private:
  bool in_quotes(std::string_view line);
  void append(std::string_view line);

  const MultilineRule& rule_;
  std::string text_;
  bool quoted_ = false;
};

}  // namespace weir::tail
