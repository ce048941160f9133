#pragma once

// Name and labels at the begin of a line: name{label="value",...}, and as Prometheus 3 writes names
// that only UTF-8 allows: {"name","label"="value"}.
//
// Format     https://prometheus.io/docs/instrumenting/exposition_formats/; blanks may stand around
//            every element, as Prometheus allows.
// Ownership  Texts are views of the line, or of this where they have escapes; until the next read().
// Threads    One thread at a time.
// Errors     read() says false; then reason() and at() say why and where.
// Limits     labels_max labels.

#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/exposition/collector.hpp"

namespace weir::exposition {

class SeriesSyntax {
 public:
  static constexpr std::size_t labels_max = 1024;

  // line: without its end.
  bool read(std::string_view line);
  std::string_view name() const { return name_; }
  const std::vector<Label>& labels() const { return labels_; }
  // Behind the series, or where the error is.
  std::size_t at() const { return at_; }
  const char* reason() const { return reason_; }

  // A name, in quotes where it needs them, at the begin of a text; false where it is none. rest: what
  // is behind it.
  bool read_name(std::string_view text, std::string_view& rest);

 private:
  bool fail(const char* reason);
  char here() const { return at_ < line_.size() ? line_[at_] : '\n'; }
  void skip_blanks();
  std::string_view bare_name(bool colons);
  bool any_name(bool colons, std::string_view& name);
  bool quoted(std::string_view& text);
  bool unescaped(std::size_t begin, std::string_view& text);
  bool read_labels();
  bool read_label();
  bool add_label(std::string_view name, std::string_view value);

  std::string_view line_;
  std::size_t at_ = 0;
  const char* reason_ = "";
  std::string_view name_;
  std::vector<Label> labels_;
  std::string texts_;  // without escapes; never longer than the line
};

}  // namespace weir::exposition
