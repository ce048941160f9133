#include "plugins/common/line_protocol/reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <weir/hash.hpp>

#include "plugins/common/parsing/digits.hpp"
#include "plugins/common/parsing/scan.hpp"
#include "plugins/common/parsing/tags.hpp"

namespace weir::influx {
namespace {

using common::Decimal;
using common::pow10_exact;
using common::read_decimal;
using common::read_digits;
using common::Run;
using common::same;
using common::series_hash;
using common::series_stop;
using common::string_stop;

constexpr std::uint64_t exact_mantissa = std::uint64_t{1} << 53U;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number_begin(char c) { return is_digit(c) || c == '-' || c == '.'; }
// What the fast way of a number takes for its end.
bool is_plain_end(char c) { return c == ',' || c == ' ' || c == '\n' || c == '\r'; }

std::uint64_t count_lines(const char* from, const char* to) {
  return static_cast<std::uint64_t>(std::count(from, to, '\n'));
}

// 1 true, 0 false, -1 neither.
int boolean_of(std::string_view word) {
  if (word.size() == 1) {
    const char c = static_cast<char>(word[0] | 0x20);
    return c == 't' ? 1 : c == 'f' ? 0 : -1;
  }
  if (word == "true" || word == "True" || word == "TRUE") return 1;
  return word == "false" || word == "False" || word == "FALSE" ? 0 : -1;
}

// A number that needs no care: up to 18 digits, with a dot or a suffix. nullptr where it is not
// one.
inline const char* plain_number(const char* p, weir_field& f) {
  const bool minus = *p == '-';
  const char* const digits = p + (minus ? 1 : 0);
  Decimal d{};
  const char* const end = read_decimal(digits, d);
  if (d.digits - 1 >= 18) return nullptr;
  if (is_plain_end(*end) && d.mantissa < exact_mantissa) {
    const auto m = static_cast<double>(static_cast<std::int64_t>(d.mantissa));
    f.type = WEIR_F64;
    f.v.f = (minus ? -m : m) / pow10_exact[d.fraction];
    return end;
  }
  const bool suffix = *end == 'i' || (*end == 'u' && !minus);
  const bool leading_zero = *digits == '0' && d.digits != 1;
  if (!suffix || d.dot || leading_zero || !is_plain_end(end[1])) return nullptr;
  f.type = *end == 'i' ? WEIR_I64 : WEIR_U64;
  f.v.u = minus ? 0 - d.mantissa : d.mantissa;
  return end + 1;
}

}  // namespace

std::uint64_t SessionLines::get(std::uint32_t session) const {
  const auto at = lines_.find(session);
  if (at != lines_.end()) return at->second;
  return lines_.size() < sessions_max ? 0 : unknown;
}

void SessionLines::set(std::uint32_t session, std::uint64_t lines, bool last) {
  if (lines == unknown) return;
  if (last) {
    lines_.erase(session);
  } else {
    lines_[session] = lines;
  }
}

// ---- texts ----

std::size_t Reader::read(const message& m, sink& out) {
  message_ = &m;
  out_ = &out;
  last_ = !m.stream || m.last;
  bad_.begin(out.home(), m.delivery);
  lines_ = m.stream ? lines_of_.get(m.from.session()) : 0;
  const std::uint64_t lines_before = lines_;

  std::size_t used = 0;
  if (m.text.size() > slack_bytes) {
    begin_ = m.text.data();
    end_ = begin_ + m.text.size();
    limit_ = end_ - slack_bytes;
    offset_ = 0;
    tail_ = false;
    used = static_cast<std::size_t>(read_part(begin_) - begin_);
  }
  used += read_tail(m.text.substr(used), used);
  if (m.stream) {
    lines_of_.set(m.from.session(), lines_before == SessionLines::unknown ? lines_before : lines_,
                  m.last);
  }
  bad_.end();
  return used;
}

std::size_t Reader::read_tail(std::string_view rest, std::size_t offset) {
  if (rest.empty()) return 0;
  tail_text_.resize(rest.size() + slack_bytes);
  std::memcpy(tail_text_.data(), rest.data(), rest.size());
  std::memset(tail_text_.data() + rest.size(), '\n', slack_bytes);
  begin_ = tail_text_.data();
  limit_ = end_ = begin_ + rest.size();
  offset_ = offset;
  tail_ = true;
  return static_cast<std::size_t>(read_part(begin_) - begin_);
}

// Returns where it stopped: at the begin of the first record that needs more text, or at the end.
const char* Reader::read_part(const char* p) {
  for (;;) {
    if (between(p) != Outcome::done || p >= limit_) return p;
    out_->make_room();
    generation_ = out_->generation();
    const char* const begin = p;
    const std::uint64_t lines = lines_;
    p = record(begin);
    if (p != nullptr) {
      finish_record();
      continue;
    }
    lines_ = lines;
    p = begin;
    if (outcome_ == Outcome::more || !skip_bad(p)) return begin;
  }
}

// Blank lines, blanks and comments in front of a record.
Reader::Outcome Reader::between(const char*& p) {
  while (p < limit_) {
    const char c = *p;
    if (c == '\n') {
      ++lines_;
      ++p;
    } else if (dialect_.is_blank(c)) {
      ++p;
    } else if (c == '#') {
      const Outcome o = comment(p);
      if (o == Outcome::bad) return Outcome::done;  // record() says so
      if (o == Outcome::more) return o;
    } else if (c == '\r' && p[1] == '\n') {
      if (p + 1 >= end_ && !last_) return Outcome::more;
      ++p;
    } else {
      return Outcome::done;
    }
  }
  return Outcome::done;
}

// A line that begins with '#'; bad where the dialect does not allow what is in it.
Reader::Outcome Reader::comment(const char*& p) {
  const auto room = static_cast<std::size_t>(limit_ - p);
  const auto* end = static_cast<const char*>(std::memchr(p, '\n', room));
  if (end == nullptr && !(tail_ && last_)) return Outcome::more;
  if (end == nullptr) end = limit_;
  if (!dialect_.is_comment({p, static_cast<std::size_t>(end - p)})) return Outcome::bad;
  p = end;
  return Outcome::done;
}

const char* Reader::record(const char* p) {
  if (*p == '#') return fail(p, "a comment with a control character");
  p = series(p);
  if (p != nullptr) p = blanks(p);
  if (p != nullptr) p = fields(p);
  return p != nullptr ? ending(p) : nullptr;
}

// Moves p from the begin of a bad record to the next line and says what was wrong. False where the
// text ends before that line.
bool Reader::skip_bad(const char*& p) {
  const char* const record = p;
  const auto room = static_cast<std::size_t>(end_ - problem_.at);
  const auto* end = static_cast<const char*>(std::memchr(problem_.at, '\n', room));
  if (end == nullptr && !(tail_ && last_)) return false;
  p = end == nullptr ? end_ : end + 1;
  report(record);
  lines_ += count_lines(record, p);
  trim();
  return true;
}

// ---- series ----

const char* Reader::series(const char* p) {
  series_ = Memo::none;
  remember_ = false;
  const char* const guessed = guess_series(p);
  if (guessed != nullptr) return guessed;
  const char* end = series_stop(p, limit_);
  if (end < limit_ && *end == '\\') end = careful_series_end(p);
  const std::size_t len =
      end != nullptr && end < limit_ && *end == ' ' ? static_cast<std::size_t>(end - p) : 0;
  if (len != 0 && len <= Memo::series_bytes_max) {
    series_raw_ = {p, len};
    series_hash_ = series_hash(p, len);
    const std::uint32_t i = memo_.find_series(p, static_cast<std::uint32_t>(len), series_hash_);
    if (i != Memo::none) {
      use_series(i);
      return end;
    }
    remember_ = memo_.seen_before(series_hash_);
  }
  return read_series(p);
}

// Sources repeat their series in the same order: the one that came behind the last one comes again.
// nullptr where it did not.
inline const char* Reader::guess_series(const char* p) {
  if (previous_ == Memo::none) return nullptr;
  const std::uint32_t next = memo_.series(previous_).next;
  if (next == Memo::none) return nullptr;
  const Series& s = memo_.series(next);
  const std::uint32_t len = s.raw_len;
  if (static_cast<std::size_t>(limit_ - p) < len || !same(s.raw, p, len) || p[len] != ' ') {
    return nullptr;
  }
  use_series(next);
  return p + len;
}

void Reader::use_series(std::uint32_t i) {
  memo_.count_hit();
  if (previous_ != Memo::none) memo_.series(previous_).next = i;
  series_ = previous_ = i;
  const Series& s = memo_.ready(i, *out_);
  name_id_ = s.name_id;
  tag0_ = s.tag0;
  n_tag_ = s.n_tag;
  expected_ = s.fields;
  n_expected_ = s.n_fields;
}

// Where a series with backslashes ends; nullptr where it is not one.
const char* Reader::careful_series_end(const char* p) const {
  p = dialect_.token_end(p, limit_, Token::name);
  while (p != nullptr && p < limit_ && *p == ',') {
    p = dialect_.token_end(p + 1, limit_, Token::tag);
    if (p == nullptr || p >= limit_ || *p != '=') return nullptr;
    p = dialect_.token_end(p + 1, limit_, Token::tag);
  }
  return p;
}

const char* Reader::read_series(const char* p) {
  tags_.clear();
  p = token(p, Token::name, "expected a measurement name", name_id_);
  while (p != nullptr && *p == ',') p = read_tag(p + 1);
  if (p == nullptr) return p;
  if (!dialect_.is_blank(*p)) return fail(p, "expected a blank and fields, or a comma and a tag");
  common::sort_tags(tags_, out_->strings());
  tag0_ = out_->add_tags(tags_.data(), static_cast<std::uint32_t>(tags_.size()));
  n_tag_ = out_->n_tags_from(tag0_);
  expected_ = last_keys_.data();
  n_expected_ = static_cast<std::uint32_t>(last_keys_.size());
  return p;
}

const char* Reader::read_tag(const char* p) {
  weir_tag t{};
  p = token(p, Token::tag, "expected a tag key", t.key);
  if (p == nullptr) return p;
  if (*p != '=') return fail(p, "expected '=' and a tag value");
  p = token(p + 1, Token::tag, "expected a tag value", t.val);
  if (p != nullptr && tags_.size() == cells_max) return fail(p, "more than 65535 tags");
  tags_.push_back(t);
  return p;
}

const char* Reader::token(const char* p, Token kind, const char* reason, std::uint32_t& id) {
  const char* const end = dialect_.token_end(p, limit_, kind);
  if (end == nullptr) return fail(p, "a backslash stands before a line break or tab");
  if (end >= limit_) return text_ends(reason);
  if (end == p) return fail(p, reason);
  std::string_view text;
  if (!dialect_.token_text({p, static_cast<std::size_t>(end - p)}, kind, scratch_, text)) {
    return fail(p, "invalid UTF-8");
  }
  id = out_->strings().intern(text);
  return end;
}

// One stands there already.
const char* Reader::blanks(const char* p) {
  ++p;
  while (dialect_.is_blank(*p)) {
    if (++p > limit_) return text_ends("expected fields");  // in a tail a line feed comes before
  }
  return p;
}

// ---- fields ----

const char* Reader::fields(const char* p) {
  deviates_ = false;
  room_fields_ = std::max(n_expected_, 64U);
  fields_ = out_->spare_fields(room_fields_);
  // What most records are: the keys that were expected, with plain numbers.
  std::uint32_t n = 0;
  for (; n < n_expected_ && p <= limit_; ++p) {
    FieldKey& k = memo_.key(expected_[n]);
    if (k.raw_len > guess_bytes_max || !same(k.raw, p, k.raw_len)) break;
    weir_field& f = fields_[n];
    const char* const at = p + k.raw_len;
    p = plain_number(at, f);
    if (p == nullptr) p = value(at, f);
    if (p == nullptr) return p;
    f.key = memo_.id_of(k, out_->strings(), generation_);
    ++n;
    if (*p == ',') continue;
    n_fields_ = n;
    return p;
  }
  n_fields_ = n;
  return other_fields(p);
}

// The rest of the fields, from one whose key was not expected.
const char* Reader::other_fields(const char* p) {
  deviate();
  for (;; ++p) {
    if (p > limit_) return text_ends("expected a field");
    if (n_fields_ == room_fields_) {
      room_fields_ *= 2;
      fields_ = out_->spare_fields(room_fields_);
    }
    std::uint32_t key = 0;
    weir_field f{};
    p = read_key(p, key);
    if (p != nullptr) p = value(p, f);
    if (p == nullptr) return p;
    f.key = memo_.id_of(memo_.key(key), out_->strings(), generation_);
    if (!keep_field(f, key)) return fail(p, "more than 65535 fields");
    if (*p != ',') return p;
  }
}

const char* Reader::read_key(const char* p, std::uint32_t& key) {
  const char* const end = dialect_.token_end(p, limit_, Token::field);
  if (end == nullptr) return fail(p, "a backslash stands before a line break or tab");
  if (end >= limit_) return text_ends("expected a field");
  if (end == p) return fail(p, "expected a field key");
  if (*end != '=') return fail(end, "expected '=' and a field value");
  const std::string_view raw(p, static_cast<std::size_t>(end - p) + 1);
  const std::uint64_t hashed = hash(raw);
  key = memo_.find_key(raw, hashed);
  if (key != Memo::none) return end + 1;
  std::string_view text;
  if (!dialect_.token_text(raw.substr(0, raw.size() - 1), Token::field, scratch_, text)) {
    return fail(p, "invalid UTF-8");
  }
  key = memo_.add_key(raw, hashed, text);
  return end + 1;
}

// From here on the keys are not those that were expected: they have to be looked at for repetition.
void Reader::deviate() {
  deviates_ = true;
  keys_.assign(expected_, expected_ + n_fields_);
  if (++stamp_ == 0) {
    stamps_.clear();
    ++stamp_;
  }
  for (std::uint32_t i = 0; i < n_fields_; ++i) is_repeated(fields_[i].key);
}

// Has the record had the key with this id already? It has now.
bool Reader::is_repeated(std::uint32_t id) {
  if (id >= stamps_.size()) stamps_.resize(std::size_t{id} + 1024, 0);
  return std::exchange(stamps_[id], stamp_) == stamp_;
}

// Adds a field, or replaces the one that has its key. False where there are too many.
bool Reader::keep_field(const weir_field& f, std::uint32_t key) {
  if (is_repeated(f.key)) {
    weir_field* at = fields_;
    while (at->key != f.key) ++at;
    *at = f;
    return true;
  }
  if (n_fields_ == cells_max) return false;
  keys_.push_back(key);
  fields_[n_fields_++] = f;
  return true;
}

const char* Reader::value(const char* p, weir_field& f) {
  if (is_number_begin(*p)) {
    const char* const end = plain_number(p, f);
    return end != nullptr ? end : read_number(p, f);
  }
  return *p == '"' ? string(p, f) : boolean(p, f);
}

// Where a value without quotes ends; limit_ where that is not before it.
const char* Reader::value_end(const char* p) const {
  while (p < limit_ && *p != ',' && *p != '\n' && *p != '\r' && !dialect_.is_blank(*p)) ++p;
  return p;
}

const char* Reader::read_number(const char* p, weir_field& f) {
  const char* const end = value_end(p);
  if (end >= limit_ && !tail_) return text_ends("");
  if (!dialect_.number({p, static_cast<std::size_t>(end - p)}, f)) {
    constexpr const char* reason = "this is no number, or beyond the range of its type";
    return end >= end_ ? text_ends(reason) : fail(p, reason);
  }
  return end;
}

const char* Reader::string(const char* p, weir_field& f) {
  const char* const begin = p + 1;
  const char* end = string_stop(begin, limit_);
  const bool simple = end < limit_ && *end == '"';
  if (!simple && !dialect_.find_quote(end, limit_)) {
    return fail(end, "a string with a character or escape that is not allowed");
  }
  if (end >= limit_) return text_ends("a string without closing quote");
  std::string_view text(begin, static_cast<std::size_t>(end - begin));
  if (!simple || dialect_.upstream()) {
    lines_ += count_lines(begin, end);
    if (!dialect_.string_text(text, scratch_, text)) return fail(end, "invalid UTF-8");
  }
  f.type = WEIR_STRING;
  f.v.str = out_->strings().store(text);
  return end + 1;
}

const char* Reader::boolean(const char* p, weir_field& f) {
  const char* const end = value_end(p);
  if (end >= limit_ && !tail_) return text_ends("");
  const int is = boolean_of({p, static_cast<std::size_t>(end - p)});
  if (is < 0) {
    constexpr const char* reason = "expected a number, a quoted string or a boolean";
    return end >= end_ ? text_ends(reason) : fail(p, reason);
  }
  f.type = WEIR_BOOL;
  f.v.u = static_cast<std::uint64_t>(is);
  return end;
}

// ---- the end of a record ----

const char* Reader::ending(const char* p) {
  if (dialect_.is_blank(*p)) {
    p = blanks(p);
    if (p == nullptr) return p;
    if (is_digit(*p) || *p == '-') return timestamp(p);
  }
  const std::int64_t now = message_->from.time_ns();
  time_ns_ = now - now % unit_ns_;
  return line_end(p);
}

const char* Reader::timestamp(const char* p) {
  Run run{0, 0};
  const char* const end = read_digits(p, run);
  if (*end != '\n' || run.count - 1 > 18 || run.value > ticks_max_) return read_timestamp(p);
  time_ns_ = static_cast<std::int64_t>(run.value) * unit_ns_;
  return line_end(end);
}

const char* Reader::read_timestamp(const char* p) {
  const char* end = p;
  while (end < limit_ && (is_digit(*end) || *end == '-')) ++end;
  if (end >= limit_ && !tail_) return text_ends("");
  constexpr std::size_t digits_max = 19;
  const auto size = static_cast<std::size_t>(end - p);
  const bool fits = dialect_.upstream() || size - (*p == '-' ? 1 : 0) <= digits_max;
  if (!fits || !dialect_.timestamp({p, size}, unit_ns_, time_ns_)) {
    constexpr const char* reason = "this is no timestamp, or beyond 64 bits";
    return end >= end_ ? text_ends(reason) : fail(p, reason);
  }
  if (dialect_.is_blank(*end)) end = blanks(end);
  return end != nullptr ? line_end(end) : nullptr;
}

const char* Reader::line_end(const char* p) {
  if (*p == '\r' && p[1] == '\n') ++p;
  if (p >= end_) return last_ ? end_ : text_ends("");
  if (*p != '\n') return fail(p, "expected a comma, a timestamp or the end of the line");
  ++lines_;
  return p + 1;
}

// ---- results ----

void Reader::finish_record() {
  out_->add_row(name_id_, tag0_, n_tag_, static_cast<std::uint16_t>(n_fields_), time_ns_);
  out_->fields(n_fields_);
  if (deviates_ || remember_) learn();
}

void Reader::learn() {
  if (series_ != Memo::none) {
    memo_.set_fields(memo_.series(series_), keys_.data(), static_cast<std::uint32_t>(keys_.size()));
  } else {
    if (deviates_) last_keys_.swap(keys_);
    if (remember_) learn_series();
  }
  trim();
}

void Reader::learn_series() {
  const std::uint32_t i =
      memo_.add_series(series_raw_, series_hash_, name_id_, tags_, out_->strings());
  if (i == Memo::none) return;
  Series& s = memo_.series(i);
  memo_.set_fields(s, last_keys_.data(), n_fields_);
  s.name_id = name_id_;
  s.tag0 = tag0_;
  s.n_tag = n_tag_;
  s.seen = generation_;
  if (previous_ != Memo::none) memo_.series(previous_).next = i;
  previous_ = i;
}

void Reader::trim() {
  if (memo_.trim()) forget_places();
}

void Reader::forget() {
  memo_.forget();
  forget_places();
}

// They are positions in the memo.
void Reader::forget_places() {
  previous_ = Memo::none;
  last_keys_.clear();
}

const char* Reader::fail(const char* at, const char* reason) {
  if (at >= end_) return text_ends(reason);
  outcome_ = Outcome::bad;
  problem_ = {at, reason};
  return nullptr;
}

const char* Reader::text_ends(const char* reason) {
  outcome_ = tail_ && last_ ? Outcome::bad : Outcome::more;
  problem_ = {end_, reason};
  return nullptr;
}

void Reader::report(const char* record) {
  const char* line = problem_.at;
  while (line > record && line[-1] != '\n') --line;
  common::BadRecords::Place place;
  place.offset = offset_ + static_cast<std::size_t>(problem_.at - begin_);
  if (lines_ < UINT32_MAX) place.line = lines_ + count_lines(record, problem_.at) + 1;
  place.col = static_cast<std::uint32_t>(problem_.at - line) + 1;
  bad_.add(place, problem_.reason, {line, static_cast<std::size_t>(end_ - line)});
}

}  // namespace weir::influx
