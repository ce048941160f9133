#pragma once

// Reads lines of logfmt: key=value key="value with blanks".
//
// A line is read once, from left to right, straight into the batch. The keys of the line before are expected again, in
// their order; the tags' values, as they are written, lead to a series that was seen before.
//
// Format     That of the Go package go-logfmt, on which Telegraf stands: keys and bare values end at a blank or control
//            character and hold no quote; quoted values know JSON's escapes. A key without a value is passed over, of a
//            repeated key the last value counts.
// Threads    One thread.
// Errors     read() throws weir::fail with why the line is none; nothing of it is added then.
// Limits     fields_max fields; those of Memo.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <weir/delivery.hpp>
#include <weir/glob.hpp>
#include <weir/sink.hpp>

#include "plugins/common/parsing/key_order.hpp"
#include "plugins/common/parsing/memo.hpp"
#include "plugins/common/parsing/spelled_series.hpp"

namespace weir::logfmt {

class Reader {
 public:
  static constexpr std::uint32_t fields_max = 4096;

  // tags has to stay where it is.
  explicit Reader(const glob_list& tags) : tags_globs_(tags) {}
  void set_host(const host& h) { memo_.set_host(h); }
  // from: where name and time come from.
  void read(std::string_view line, const row& from, sink& out);
  // Gives back what it knows of lines that came before.
  void forget();

 private:
  static constexpr std::uint32_t none = common::Memo::none;
  static constexpr std::size_t slack_bytes = 64;

  void forget_places();
  void begin(std::string_view line, sink& out);
  const char* pair(const char* p);
  const char* key(const char* p, std::uint32_t& found);
  std::uint32_t key_of(std::string_view raw);
  const char* bare_value(const char* p, std::string_view& value) const;
  const char* quoted_value(const char* p, std::string_view& value);
  void add(std::uint32_t key, std::string_view value);
  weir_field& field(std::uint32_t key);
  void finish(const row& from);
  void new_series();

  const glob_list& tags_globs_;
  common::Memo memo_;
  common::SpelledSeries series_;
  common::KeyOrder order_;
  std::vector<bool> is_tag_;  // by key

  // Of the line.
  sink* out_ = nullptr;
  std::string padded_;  // the line and slack_bytes zeros
  const char* end_ = nullptr;
  std::string source_;                 // the name, and slack_bytes zeros
  std::deque<std::string> unescaped_;  // values that are not as they are written
  std::size_t n_unescaped_ = 0;
  weir_field* fields_ = nullptr;
  std::uint32_t n_fields_ = 0, room_fields_ = 0;
  bool repeated_ = false;  // the key at hand stands in the line already
  bool learned_ = false;
  std::vector<weir_tag> tags_;
};

}  // namespace weir::logfmt
