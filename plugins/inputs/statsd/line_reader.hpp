#pragma once

// Reads the lines of a message and adds what they say to the store.
//
//   name[,tag=value...]:value|type[|@rate][:value|type...]
//
// with datadog_extensions also |#key:value,... and |c:container behind a value, events and service checks.
//
// Format     https://github.com/statsd/statsd/blob/master/docs/metric_types.md, and Telegraf's additions to it
// Threads    One thread at a time, with the store locked.
// Errors     A line that cannot be read is counted, the first of them kept for the log; of a line with several
//            values those in front of the bad one count.

#include <cstdint>
#include <string>
#include <string_view>

#include <weir/builder.hpp>

#include "plugins/inputs/statsd/datadog.hpp"
#include "plugins/inputs/statsd/store.hpp"

namespace weir::statsd {

struct LineSettings {
  bool datadog = false;
  bool distributions = false;
  bool keep_container = false;
  bool float_counters = false;
};

// Lines that were not taken, since the last time somebody asked.
struct Problems {
  std::uint32_t count = 0;
  const char* reason = nullptr;  // of the first
  std::string excerpt{};
  std::uint64_t refused = 0;  // values for which there is no room

  void add(const char* why, std::string_view line);
};

class LineReader {
 public:
  LineReader(const LineSettings& settings, Store& store)
      : settings_(settings), store_(store), datadog_(settings.keep_container) {}

  // A whole message: its lines end with line breaks or with it.
  void read(std::string_view message, const Arrival& from);

  std::uint64_t take_values() { return std::exchange(values_, 0); }
  Problems& problems() { return problems_; }
  // Rows of events and service checks.
  builder& rows() { return rows_; }

 private:
  void read_line(std::string_view line, const Arrival& from);
  void read_metric(std::string_view line);
  std::string_view without_extra(std::string_view line);
  std::string_view cut_out_extra(std::string_view line, std::string_view before);
  const char* add_value(std::string_view bucket, std::string_view text);
  const char* read_value(std::string_view text, Sample& sample) const;
  const char* read_counter(std::string_view text, double rate, Sample& sample) const;

  const LineSettings settings_;
  Store& store_;
  Datadog datadog_;
  builder rows_;
  Problems problems_;
  std::uint64_t values_ = 0;
  std::string_view extra_;  // tags and container of the line at hand, as sent
  std::string extra_text_;  // where they are not in one piece
  std::string line_text_;   // what is left of the line without them
};

}  // namespace weir::statsd
