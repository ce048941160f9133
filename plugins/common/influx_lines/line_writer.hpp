#pragma once

// Writes rows as line protocol: one row, one line (or several, see influx_max_line_bytes).
//
// Series     A row's name and tags are the same bytes for all rows that share name and tag range:
//            they are encoded once per batch and copied from the line that had them first.
// Keys       Are encoded once per batch and key.
// Threads    One thread.
// Errors     write() throws weir::fail for a row that line protocol cannot hold; the caller cuts what it began.

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <weir/delivery.hpp>
#include <weir/options.hpp>

#include "plugins/common/influx_lines/escape.hpp"

namespace weir::influx_lines {

// Room for the bytes of one line, asked for in large pieces. The position is handed from writer to
// writer, in a register, and comes back at the end.
class Line {
 public:
  explicit Line(text& out) : out_(out), begin_(out.size()), end_(out.data() + begin_) {}

  char* begin() { return at_least(out_.data() + begin_, 0); }
  // Room for n bytes and copy_slack more behind at, which may move.
  char* at_least(char* at, std::size_t n) {
    return static_cast<std::size_t>(end_ - at) >= n + copy_slack ? at : more(at, n);
  }
  std::size_t size(const char* at) const {
    return static_cast<std::size_t>(at - out_.data()) - begin_;
  }
  // What was written since begin().
  const char* written() const { return out_.data() + begin_; }
  // Makes what was written up to at part of the text.
  void finish(const char* at) {
    out_.cut(begin_);
    out_.advance(size(at));
  }

 private:
  static constexpr std::size_t piece_bytes = 2048;
  char* more(char* at, std::size_t n);
  text& out_;
  std::uint64_t begin_;
  const char* end_;
};

// What plugins that write line protocol let be chosen; a plugin inherits them.
struct LineOptions {
  std::int64_t max_line_bytes{};
  bool sort_fields{};
  bool uint_support{};
  bool omit_timestamp{};
  static constexpr auto options =
      std::tuple{opt{"influx_max_line_bytes", &LineOptions::max_line_bytes, "0",
                     "Longer lines are split between fields; 0 = never"},
                 opt{"influx_sort_fields", &LineOptions::sort_fields, "false",
                     "Fields in the order of their keys instead of their own"},
                 opt{"influx_uint_support", &LineOptions::uint_support, "false",
                     "Unsigned integers as such (42u), not as integers"},
                 opt{"influx_omit_timestamp", &LineOptions::omit_timestamp, "false",
                     "Leave the timestamp to the receiver"}};
};

class LineWriter {
 public:
  // options have to stay where they are.
  explicit LineWriter(const LineOptions& options) : options_(options) {}

  // Before the rows of each batch.
  void begin_batch(const batch& b);
  // out is the same text for all rows of a batch.
  void write(const row& r, text& out);

 private:
  enum class Role : std::uint8_t { tag, field };
  // A key as it stands in a line, with '=' behind it; of no length where it cannot be written.
  struct Key {
    static constexpr std::size_t bytes_max = 27;
    std::uint32_t seen, slot;  // the batch and the string id and role it is for
    char bytes[bytes_max];
    std::uint8_t len;
  };
  struct Series {
    std::uint32_t seen, name, tag0, n_tag;
    std::uint64_t at;  // in the text
    std::uint32_t len;
  };
  static constexpr std::size_t keys_max = 512;
  static constexpr unsigned series_bits = 11;

  Series& series_slot(const weir_row& r);
  char* put_series(char* to, const row& r, text& out, Line& line);
  char* put_name(char* to, std::string_view name, Line& line) const;
  char* put_tag(char* to, const weir_tag& t, Line& line);
  std::string_view encoded_key(std::uint32_t id, Role role);
  std::string_view encode_key(std::uint32_t id, Role role, Key& to);
  template <Place place>
  char* put_text(char* to, std::string_view s) const;
  char* put_fields(char* to, const row& r, Line& line);
  const weir_field* ordered_fields(const row& r);
  char* put_field(char* to, const weir_field& f, Line& line);
  char* put_number(char* to, const weir_field& f) const;
  char* put_string(char* to, std::string_view s, Line& line) const;
  char* put_end(char* to, std::int64_t time_ns, Line& line);
  char* split(char* to, const row& r, std::size_t series_bytes, Line& line);

  const LineOptions& options_;
  block block_{nullptr};
  const char* readable_end_ =
      nullptr;  // a text that ends before it may be read copy_slack bytes beyond
  std::uint32_t batch_ = 0;
  std::vector<Key> keys_ = std::vector<Key>(keys_max);
  std::vector<Series> series_ = std::vector<Series>(std::size_t{1} << series_bits);
  std::vector<weir_field> sorted_;
  std::vector<std::uint32_t>
      pair_ends_;  // of the line at hand, from its begin; where lines have a limit
  std::string long_key_, whole_;
  std::int64_t time_ns_ = 0;  // of end_
  std::uint8_t end_len_ = 0;
  char end_[32] = {};
};

}  // namespace weir::influx_lines
