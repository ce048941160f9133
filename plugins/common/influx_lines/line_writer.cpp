#include "plugins/common/influx_lines/line_writer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plugins/common/text/print_number.hpp"

namespace weir::influx_lines {
namespace {

constexpr std::uint64_t i64_max = std::numeric_limits<std::int64_t>::max();

// Backslashes at the end of a tag's key or value would take the separator with them.
char* without_backslashes(const char* begin, char* end) {
  while (end != begin && end[-1] == '\\') --end;
  return end;
}

// n bytes, by pieces of 16.
char* copy_over(char* to, const char* from, std::size_t n) {
  for (std::size_t i = 0; i < n; i += 16) std::memcpy(to + i, from + i, 16);
  return to + n;
}

char* put_bytes(char* to, std::string_view s) {
  std::memcpy(to, s.data(), s.size());
  return to + s.size();
}

// Most keys are a few bytes in a slot of the cache; what stands behind them there may be read.
char* put_key(char* to, std::string_view key) {
  if (key.size() > 16) return put_bytes(to, key);
  return copy_over(to, key.data(), key.size());
}

}  // namespace

char* Line::more(char* at, std::size_t n) {
  finish(at);  // a text that grows keeps only what is part of it
  const std::size_t room = n + piece_bytes + copy_slack;
  char* const to = out_.reserve(room);
  end_ = to + room;
  return to;
}

void LineWriter::begin_batch(const batch& b) {
  block_ = b.home();
  const weir_batch& head = block_.head();
  readable_end_ = head.len_blob > copy_slack ? block_.blob() + head.len_blob - copy_slack : nullptr;
  if (++batch_ != 0) return;
  keys_.assign(keys_max, Key{});
  series_.assign(series_.size(), Series{});
  batch_ = 1;
}

void LineWriter::write(const row& r, text& out) {
  const weir_row& raw = r.raw();
  const std::uint64_t at = out.size();
  Line line(out);
  char* to = put_series(line.begin(), r, out, line);
  const std::size_t series_bytes = line.size(to);
  to = put_fields(to, r, line);
  to = put_end(to, raw.time_ns, line);
  if (options_.max_line_bytes > 0 &&
      line.size(to) > static_cast<std::uint64_t>(options_.max_line_bytes)) {
    to = split(to, r, series_bytes, line);
  }
  line.finish(to);
  series_slot(raw) = {batch_,    raw.name, raw.tag0,
                      raw.n_tag, at,       static_cast<std::uint32_t>(series_bytes)};
}

// ---- name and tags ----

inline LineWriter::Series& LineWriter::series_slot(const weir_row& r) {
  const std::uint32_t mixed = (r.tag0 + r.name * 0x85ebca6bU) * 0x9e3779b1U;
  return series_[mixed >> (32U - series_bits)];
}

// Name, tags and the blank behind them.
char* LineWriter::put_series(char* to, const row& r, text& out, Line& line) {
  const weir_row& raw = r.raw();
  const Series& known = series_slot(raw);
  if (known.seen == batch_ && known.tag0 == raw.tag0 && known.name == raw.name &&
      known.n_tag == raw.n_tag) {
    to = line.at_least(to, known.len);
    return copy_over(to, out.data() + known.at, known.len);
  }
  to = put_name(to, r.name(), line);
  const weir_tag* const first = block_.tags() + raw.tag0;
  for (const weir_tag* t = first; t != first + raw.n_tag; ++t) to = put_tag(to, *t, line);
  *to = ' ';
  return to + 1;
}

template <Place place>
inline char* LineWriter::put_text(char* to, std::string_view s) const {
  if (s.data() + s.size() < readable_end_) {
    char* const end = copy_plain<place>(to, s.data(), s.size());
    if (end != nullptr) return end;
  }
  return put_escaped(to, s, place);
}

char* LineWriter::put_name(char* to, std::string_view name, Line& line) const {
  if (name.empty()) throw fail("a metric without a name cannot be written as line protocol");
  return put_text<Place::name>(line.at_least(to, 2 * name.size()), name);
}

// Leaves room for a blank.
inline char* LineWriter::put_tag(char* to, const weir_tag& t, Line& line) {
  const std::string_view key = encoded_key(t.key, Role::tag);
  const std::string_view value = block_.str(t.val);
  if (key.empty() || value.empty()) return to;
  to = line.at_least(to, 2 + key.size() + 2 * value.size());
  *to = ',';
  char* const begin = put_key(to + 1, key);
  char* const end = without_backslashes(begin, put_text<Place::key>(begin, value));
  return end != begin ? end : to;
}

// A key and its '=' as they stand in a line; empty where it cannot be written. Valid until the next
// one.
inline std::string_view LineWriter::encoded_key(std::uint32_t id, Role role) {
  const std::uint32_t slot = 2 * id + static_cast<std::uint32_t>(role);
  Key& k = keys_[slot % keys_max];
  if (k.seen == batch_ && k.slot == slot) return {k.bytes, k.len};
  return encode_key(id, role, k);
}

// A key that is too long for its slot is encoded anew each time.
std::string_view LineWriter::encode_key(std::uint32_t id, Role role, Key& to) {
  const std::string_view key = block_.str(id);
  long_key_.resize(2 * key.size() + 1);
  char* const begin = long_key_.data();
  char* end = put_escaped(begin, key, Place::key);
  if (role == Role::tag) end = without_backslashes(begin, end);
  if (end != begin) *end++ = '=';
  long_key_.resize(static_cast<std::size_t>(end - begin));
  if (long_key_.size() > Key::bytes_max) return long_key_;
  to.seen = batch_;
  to.slot = 2 * id + static_cast<std::uint32_t>(role);
  to.len = static_cast<std::uint8_t>(long_key_.size());
  std::memcpy(to.bytes, long_key_.data(), long_key_.size());
  return {to.bytes, to.len};
}

// ---- fields ----

const weir_field* LineWriter::ordered_fields(const row& r) {
  const weir_field* const first = block_.fields() + r.raw().field0;
  if (!options_.sort_fields) return first;
  sorted_.assign(first, first + r.raw().n_field);
  std::sort(sorted_.begin(), sorted_.end(), [this](const weir_field& a, const weir_field& b) {
    return block_.str(a.key) < block_.str(b.key);
  });
  return sorted_.data();
}

char* LineWriter::put_fields(char* to, const row& r, Line& line) {
  const weir_field* const first = ordered_fields(r);
  const bool limited = options_.max_line_bytes > 0;
  pair_ends_.clear();
  bool any = false;
  for (const weir_field* f = first; f != first + r.raw().n_field; ++f) {
    char* const end = put_field(to, *f, line);
    if (end == nullptr) continue;
    any = true;
    if (limited) pair_ends_.push_back(static_cast<std::uint32_t>(line.size(end)));
    *end = ',';
    to = end + 1;
  }
  if (!any) throw fail("the metric has no field that line protocol can hold");
  return to - 1;
}

// Writes key=value and leaves room for a separator. nullptr where the field cannot be written; what
// is in front of it must not have moved then.
inline char* LineWriter::put_field(char* to, const weir_field& f, Line& line) {
  if (f.type == WEIR_F64 && !std::isfinite(f.v.f)) return nullptr;
  const std::string_view key = encoded_key(f.key, Role::field);
  if (key.empty()) return nullptr;
  to = put_key(line.at_least(to, key.size() + common::fixed_bytes), key);
  return f.type == WEIR_STRING ? put_string(to, block_.text(f.v.str), line) : put_number(to, f);
}

inline char* LineWriter::put_number(char* to, const weir_field& f) const {
  switch (f.type) {
    case WEIR_F64: return common::print_fixed(to, f.v.f);
    case WEIR_I64:
      to = common::print_i64(to, f.v.i);
      *to = 'i';
      return to + 1;
    case WEIR_U64:
      to = common::print_u64(to, options_.uint_support ? f.v.u : std::min(f.v.u, i64_max));
      *to = options_.uint_support ? 'u' : 'i';
      return to + 1;
    default: return put_bytes(to, f.v.u != 0 ? "true" : "false");
  }
}

char* LineWriter::put_string(char* to, std::string_view s, Line& line) const {
  to = line.at_least(to, 2 * s.size() + 3);
  *to = '"';
  to = put_text<Place::string>(to + 1, s);
  *to = '"';
  return to + 1;
}

// ---- the end of a line, and lines with a limit ----

char* LineWriter::put_end(char* to, std::int64_t time_ns, Line& line) {
  if (time_ns != time_ns_ || end_len_ == 0) {
    char* end = end_;
    if (!options_.omit_timestamp) {
      *end++ = ' ';
      end = common::print_i64(end, time_ns);
    }
    *end++ = '\n';
    time_ns_ = time_ns;
    end_len_ = static_cast<std::uint8_t>(end - end_);
  }
  to = line.at_least(to, sizeof end_);
  std::memcpy(to, end_, sizeof end_);
  return to + end_len_;
}

// Turns the line at hand into lines of as many fields as fit, each with the series. As in Telegraf
// a field that fits on no line spoils the metric, and separators but the last do not count.
char* LineWriter::split(char* to, const row& r, std::size_t series_bytes, Line& line) {
  const auto max = static_cast<std::size_t>(options_.max_line_bytes);
  whole_.assign(line.written(), line.size(to));
  to = line.begin();
  std::size_t begin = series_bytes;
  std::size_t pairs_bytes = 0;  // on the line at hand
  for (const std::uint32_t end : pair_ends_) {
    const std::string_view pair(whole_.data() + begin, end - begin);
    const std::size_t alone = series_bytes + pair.size() + end_len_;
    if (alone > max) {
      throw fail("influx_max_line_bytes = " + std::to_string(max) + " is too little for " +
                 std::string(pair.substr(0, pair.find('='))));
    }
    const bool full = pairs_bytes != 0 && alone + pairs_bytes + 1 > max;
    if (full) to = put_end(to, r.time_ns(), line);
    to = line.at_least(to, series_bytes + pair.size() + 1);
    if (full || pairs_bytes == 0) {
      to = put_bytes(to, {whole_.data(), series_bytes});
    } else {
      *to++ = ',';
    }
    to = put_bytes(to, pair);
    pairs_bytes = pair.size() + (full ? 0 : pairs_bytes);
    begin = end + 1;
  }
  return put_end(to, r.time_ns(), line);
}

}  // namespace weir::influx_lines
