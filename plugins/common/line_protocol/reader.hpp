#pragma once

// Reads records of line protocol into a sink.
//
// A record is read once, from left to right. Every element has a fast way, which takes what most
// lines have (a series or key seen before, a plain number), and a careful one for the rest; the
// element that stands behind it does not know which was taken.
//
//   text    main part: at least slack_bytes may be read behind every position, so no reader asks
//           tail: what is left of the text, copied in front of slack_bytes line feeds
//
// Threads    One thread.
// Errors     A record that cannot be read is reported to the host, beside the good ones: the first
//            ones of a text one by one, the others as a sum.
// Limits     65535 tags and 65535 fields a record.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weir/delivery.hpp>
#include <weir/sink.hpp>

#include "plugins/common/line_protocol/dialect.hpp"
#include "plugins/common/parsing/bad_records.hpp"
#include "plugins/common/parsing/memo.hpp"

namespace weir::influx {

using common::FieldKey;
using common::Memo;
using common::Series;

// How many lines of each stream have been read, so that a report can say the line.
class SessionLines {
 public:
  static constexpr std::size_t sessions_max = 4096;
  static constexpr std::uint64_t unknown = std::uint64_t{1} << 62U;
  // 0 for a new stream; unknown where there are too many.
  std::uint64_t get(std::uint32_t session) const;
  void set(std::uint32_t session, std::uint64_t lines, bool last);

 private:
  std::unordered_map<std::uint32_t, std::uint64_t> lines_;
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): what is used together is together
class Reader {
 public:
  // unit_ns: what one tick of a written timestamp is.
  Reader(Dialect dialect, std::int64_t unit_ns) : dialect_(dialect) { set_unit(unit_ns); }
  // Of the texts to come.
  void set_unit(std::int64_t unit_ns) {
    unit_ns_ = unit_ns;
    ticks_max_ = static_cast<std::uint64_t>(INT64_MAX / unit_ns);
  }
  void set_host(weir::host h) { memo_.set_host(h); }
  // Gives back what it knows of series that came before.
  void forget();

  // Reads the records of a text. Returns the bytes used: all of them, or in a stream that goes on
  // up to the begin of the record that is not finished.
  std::size_t read(const message& m, sink& out);
  // Records of that text that could not be read.
  const common::BadRecords& bad() const { return bad_; }

 private:
  enum class Outcome : std::uint8_t {
    done,
    more,  // the text ends too early
    bad    // problem_ says why
  };
  struct Problem {
    const char* at;
    const char* reason;
  };
  static constexpr std::size_t slack_bytes = 192;
  static constexpr std::uint32_t guess_bytes_max = 64;  // longer keys are looked up
  static constexpr std::uint32_t cells_max = 0xffff;

  // ---- texts ----
  const char* read_part(const char* p);
  std::size_t read_tail(std::string_view rest, std::size_t offset);
  Outcome between(const char*& p);
  Outcome comment(const char*& p);
  bool skip_bad(const char*& p);

  // ---- elements: each returns where what it read ends; nullptr and an outcome_ where it could not
  // ----
  const char* record(const char* p);
  const char* series(const char* p);
  const char* guess_series(const char* p);
  void use_series(std::uint32_t i);
  const char* careful_series_end(const char* p) const;
  const char* read_series(const char* p);
  const char* read_tag(const char* p);
  const char* token(const char* p, Token kind, const char* reason, std::uint32_t& id);
  const char* blanks(const char* p);
  const char* fields(const char* p);
  const char* other_fields(const char* p);
  const char* read_key(const char* p, std::uint32_t& key);
  const char* value(const char* p, weir_field& f);
  const char* value_end(const char* p) const;
  const char* read_number(const char* p, weir_field& f);
  const char* string(const char* p, weir_field& f);
  const char* boolean(const char* p, weir_field& f);
  const char* ending(const char* p);
  const char* timestamp(const char* p);
  const char* read_timestamp(const char* p);
  const char* line_end(const char* p);
  const char* fail(const char* at, const char* reason);
  const char* text_ends(const char* reason);

  // ---- results ----
  void deviate();
  bool is_repeated(std::uint32_t id);
  bool keep_field(const weir_field& f, std::uint32_t key);
  void finish_record();
  void learn();
  void learn_series();
  void trim();
  void forget_places();
  void report(const char* record);

  Dialect dialect_;
  std::int64_t unit_ns_ = 1;
  std::uint64_t ticks_max_ = 0;  // a timestamp beyond it is no plain one
  Memo memo_;

  // Of the call.
  const message* message_ = nullptr;
  sink* out_ = nullptr;
  bool last_ = true;  // nothing follows the text
  common::BadRecords bad_;
  SessionLines lines_of_;
  std::uint64_t lines_ = 0;  // line feeds before the record at hand

  // Of the part of the text at hand.
  const char* begin_ = nullptr;
  const char* limit_ = nullptr;  // no reader begins behind it
  const char* end_ = nullptr;
  std::size_t offset_ = 0;  // of begin_ in the message
  bool tail_ = false;
  std::vector<char> tail_text_;

  // Of the record at hand.
  Outcome outcome_ = Outcome::done;
  Problem problem_{};
  std::uint32_t generation_ = 0;
  std::uint32_t series_ = Memo::none;
  std::uint32_t previous_ = Memo::none;  // the last known series before it
  std::uint32_t name_id_ = 0, tag0_ = 0;
  std::uint16_t n_tag_ = 0;
  bool remember_ = false;  // the series has earned a place in the memo
  std::string_view series_raw_;
  std::uint64_t series_hash_ = 0;
  std::vector<weir_tag> tags_;
  std::int64_t time_ns_ = 0;
  weir_field* fields_ = nullptr;
  std::uint32_t n_fields_ = 0, room_fields_ = 0;
  const std::uint32_t* expected_ = nullptr;  // the keys that probably come
  std::uint32_t n_expected_ = 0;
  bool deviates_ = false;  // other keys came; they are in keys_
  std::vector<std::uint32_t> keys_;
  std::vector<std::uint32_t> last_keys_;  // of the last record of an unknown series
  std::vector<std::uint32_t> stamps_;     // by string id: the last record that had it as a key
  std::uint32_t stamp_ = 0;
  std::string scratch_;
};

}  // namespace weir::influx
