#pragma once

// Reads OpenMetrics' text format, version 1.0.0, into a collector.
//
// Format     https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
//            Exemplars are left out, and what is said of a counter's creation.
// Families   A sample belongs to the family that was declared last, where its name is the family's
//            with a suffix that its type has; else to an unknown one of its own name.
// Threads    One thread at a time.
// Errors     A line that cannot be read is reported to the host and costs only itself, and so is a
//            document that does not end with "# EOF".

#include <string>
#include <string_view>

#include <weir/delivery.hpp>

#include "plugins/common/exposition/collector.hpp"
#include "plugins/common/exposition/series_syntax.hpp"
#include "plugins/common/exposition/text.hpp"
#include "plugins/common/parsing/bad_records.hpp"

namespace weir::exposition {

class OpenMetricsReader {
 public:
  // As the format says, but for the dialect.
  explicit OpenMetricsReader(const Format& format);
  void attach(const host& home) { collector_.attach(home); }
  Collector& collector() { return collector_; }

  // Returns how many lines could not be read.
  std::uint32_t read(const Text& text, sink& out);
  // Gives back the memory of what it knows.
  void forget() { collector_.give_back(); }

 private:
  static constexpr std::uint32_t none = Collector::none;

  void read_line();
  void comment(std::string_view text);
  void describe(std::string_view keyword, std::string_view rest);
  void sample();
  bool read_sample(std::string_view text);
  bool read_time(std::string_view text);
  std::string_view choose_family(std::string_view name);
  std::string_view suffix_in(std::string_view name);
  void apply(std::string_view suffix);
  void apply_state();
  void apply_part(std::string_view suffix);
  void apply_point(std::uint32_t group);
  void begin_family(std::string_view name);
  std::string_view label(std::string_view name) const;
  // rest: of the line, from where it cannot be read.
  void bad(std::string_view rest, const char* reason);

  Collector collector_;
  SeriesSyntax syntax_;
  common::BadRecords bad_;

  // Of the text at hand.
  std::string_view text_;
  std::string_view line_;
  std::uint64_t number_ = 0;     // of the line, from 1
  std::uint32_t family_ = none;  // that was declared last
  std::string family_name_;
  bool ended_ = false;
  const char* problem_ = "";
  double value_ = 0;
  std::int64_t time_ns_ = 0;
};

}  // namespace weir::exposition
