#include "plugins/inputs/tail/multiline.hpp"

#include <utility>

#include <re2/re2.h>

#include <weir/error.hpp>

namespace weir::tail {
namespace {

char quote_of(const std::string& quotation) {
  if (quotation == "single-quotes") return '\'';
  if (quotation == "double-quotes") return '"';
  return quotation == "backticks" ? '`' : '\0';
}

}  // namespace

struct MultilineRule::Pattern {
  explicit Pattern(const std::string& text) : compiled(text, RE2::Quiet) {}
  RE2 compiled;
};

MultilineRule::MultilineRule(const MultilineOptions& options)
    : to_previous(options.match_which_line == "previous"),
      keep_break(options.preserve_newline),
      quote(quote_of(options.quotation)),
      timeout_ns(options.timeout.ns),
      invert_(options.invert_match) {
  if (timeout_ns <= 0) throw config_error("multiline.timeout", "must be more than 0");
  if (options.pattern.empty()) return;
  pattern_ = std::make_unique<Pattern>(options.pattern);
  if (!pattern_->compiled.ok()) {
    throw config_error(
        "multiline.pattern",
        "\"" + options.pattern + "\" is no regular expression: " + pattern_->compiled.error());
  }
}
MultilineRule::~MultilineRule() = default;

bool MultilineRule::joins(std::string_view line) const {
  if (pattern_ == nullptr) return false;
  return RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), pattern_->compiled) !=
         invert_;
}

void Multiline::append(std::string_view line) {
  if (!text_.empty() && rule_.keep_break) text_ += '\n';
  text_ += line;
}

std::string Multiline::add(std::string_view line) {
  // Quotes have to be counted even where the pattern decides.
  const bool quoted = rule_.quote != '\0' && in_quotes(line);
  if (quoted || rule_.joins(line)) {
    append(line);
    return text_.size() < text_bytes_max ? std::string() : take();
  }
  if (rule_.to_previous) return std::exchange(text_, std::string(line));
  append(line);
  return take();
}

// Whether the line ends inside of quotes. A quote behind an odd number of backslashes is an ordinary character.
bool Multiline::in_quotes(std::string_view line) {
  bool escaped = false;
  for (const char c : line) {
    if (c == rule_.quote && !escaped) quoted_ = !quoted_;
    escaped = c == '\\' && !escaped;
  }
  return quoted_;
}

}  // namespace weir::tail
