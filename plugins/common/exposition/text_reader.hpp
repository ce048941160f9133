#pragma once

// Reads Prometheus' text format, version 0.0.4, into a collector.
//
// A line is read once. Where its series was seen before, as written, its name and labels are one
// comparison: first with the series that came behind the last one the time before. Everything else
// goes the careful way, which decides what the line means and remembers it.
//
// A line         its series as written, the families its name may belong to, and what it was: a
//                sample with its set of labels, or a part of a group. It holds while the text at hand
//                gives the name the same family and type; a name that ends with _sum, _count or
//                _bucket belongs to a summary or histogram where the text has declared one.
// Threads        One thread at a time.
// Errors         A line that cannot be read is reported to the host and costs only itself. The last
//                line of a document has to end with a line feed: else its number may be cut.
// Limits         series_bytes_max bytes of a series are remembered; the collector's limits hold for
//                what this keeps, too.

#include <string>
#include <string_view>
#include <vector>

#include <weir/delivery.hpp>

#include "plugins/common/exposition/collector.hpp"
#include "plugins/common/exposition/series_syntax.hpp"
#include "plugins/common/exposition/text.hpp"
#include "plugins/common/parsing/bad_records.hpp"

namespace weir::exposition {

class TextReader {
 public:
  static constexpr std::size_t series_bytes_max = 2048;

  explicit TextReader(const Format& format) : collector_(format) {}
  void attach(const host& home) { collector_.attach(home); }
  Collector& collector() { return collector_; }

  // Returns how many lines could not be read.
  std::uint32_t read(const Text& text, sink& out);
  // Gives back the memory of what it knows.
  void forget();

 private:
  static constexpr std::uint32_t none = Collector::none;
  static constexpr std::size_t slack_bytes = 64;  // may be looked at behind every line

  enum class Part : std::uint8_t { value, count, sum, quantile, bucket, nothing };
  struct Line {
    const char* raw = nullptr;  // its series as written
    std::uint32_t raw_len = 0;
    std::uint32_t next = none;  // the line that came behind it the last time
    // Families that its name may belong to: the one of that name, and where it ends with a suffix
    // the one without; a bucket is no part of a summary.
    std::uint32_t literal = none, base = none;
    bool bucket = false;
    // What it was.
    std::uint32_t family = none;
    FamilyType type = FamilyType::untyped;
    Part part = Part::value;
    std::uint32_t target = none;  // set of labels, or group
    std::uint32_t point = none;
  };
  struct Sample {
    double value = 0;
    std::int64_t time_ns = 0;
  };

  // ---- lines that were seen before; nullptr = the careful way ----
  void read_part(const char* p, const char* end);
  void read_tail(const Text& text, std::size_t offset);
  const char* known_line(const char* p);
  bool is_at(std::uint32_t line, const char* p) const;
  std::uint32_t find_line(const char* p) const;
  const char* read_sample(const char* p, Sample& s) const;
  const char* read_odd_sample(const char* p, Sample& s);
  std::int64_t sample_time(std::int64_t milliseconds) const;
  std::uint32_t family_now(const Line& l) const;
  bool still_means(const Line& l) const;
  void apply(const Line& l, const Sample& s);
  void follow(std::uint32_t line);

  // ---- any lines ----
  void any_line(std::string_view line);
  void comment(std::string_view line);
  void type_line(std::string_view rest);
  void sample_line(std::string_view line);
  bool careful_sample(std::string_view text, Sample& s);
  bool give_meaning(Line& l);
  bool add_point(Line& l, std::string_view at);
  void remember(const Line& l, std::string_view series);
  // rest: of the line, from where it cannot be read.
  void bad(std::string_view rest, const char* reason);
  void make_room();
  void forget_void_numbers();
  std::size_t bytes() const { return lines_.capacity() * sizeof(Line) + index_.bytes(); }

  Collector collector_;
  SeriesSyntax syntax_;
  common::BadRecords bad_;
  std::vector<Line> lines_;
  common::HashIndex index_;
  std::uint32_t epoch_ = 0;        // of the collector's numbers in lines_
  std::uint32_t previous_ = none;  // the last line that was known

  // Of the text at hand.
  const char* begin_ = nullptr;  // of the part at hand
  const char* end_ = nullptr;
  std::size_t offset_ = 0;            // of begin_ in the text
  std::uint64_t line_ = 0;            // from 1
  const char* line_begin_ = nullptr;  // of the line at hand
  const char* problem_ = "";          // what is wrong with it
  std::vector<char> tail_;
};

}  // namespace weir::exposition
