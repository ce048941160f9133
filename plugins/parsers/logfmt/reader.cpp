#include "plugins/parsers/logfmt/reader.hpp"

#include <algorithm>
#include <cstring>

#include <weir/hash.hpp>

#include "plugins/common/parsing/guess.hpp"
#include "plugins/common/parsing/scan.hpp"
#include "plugins/common/text/utf8.hpp"
#include "plugins/parsers/logfmt/unquote.hpp"

namespace weir::logfmt {
namespace {

// A blank or a control character.
bool ends_token(char c) { return static_cast<unsigned char>(c) <= ' '; }

// The first byte that can end a key or a bare value; behind the line stand zeros.
const char* token_stop(const char* p, const char* end) {
  return common::first_marked_by(
      p, end + 1, [](const common::Chunk& c) { return c.any_of('=', '"') | c.below(' ' + 1); });
}

// Go refuses keys with broken characters, and with the one that stands for them.
bool is_key(std::string_view key) {
  if (common::is_ascii(key.data(), key.size())) return true;
  return common::is_utf8(key) && key.find("\xef\xbf\xbd") == std::string_view::npos;
}

[[noreturn]] void refuse(const char* at) {
  throw fail(*at == '"' ? "a quote stands where none may be" : "\"=\" stands where none may be");
}

}  // namespace

void Reader::read(std::string_view line, const row& from, sink& out) {
  begin(line, out);
  const char* p = padded_.data();
  for (;;) {
    while (p < end_ && ends_token(*p)) ++p;
    if (p >= end_) break;
    p = pair(p);
  }
  order_.end();
  if (n_fields_ != 0) finish(from);
  if (learned_ && memo_.trim()) forget_places();
}

void Reader::forget() {
  memo_.forget();
  forget_places();
}

// They are positions in the memo.
void Reader::forget_places() {
  is_tag_.clear();
  order_.forget();
  series_.forget();
}

void Reader::begin(std::string_view line, sink& out) {
  if (padded_.size() < line.size() + slack_bytes) padded_.resize(line.size() + slack_bytes);
  if (!line.empty()) std::memcpy(padded_.data(), line.data(), line.size());
  std::memset(padded_.data() + line.size(), 0, slack_bytes);
  end_ = padded_.data() + line.size();
  out_ = &out;
  out.make_room();
  order_.begin();
  series_.begin();
  n_unescaped_ = 0;
  n_fields_ = 0;
  learned_ = false;
  room_fields_ = 64;
  fields_ = out.spare_fields(room_fields_);
}

// ---- the line ----

// Behind what stands there: a key, with or without a value.
inline const char* Reader::pair(const char* p) {
  std::uint32_t found = none;
  repeated_ = false;
  p = key(p, found);
  if (found == none || ends_token(*p)) return p;
  std::string_view value;
  p = *p == '"' ? quoted_value(p, value) : bare_value(p, value);
  if (!value.empty()) add(found, value);
  return p;
}

// Behind the key and its "="; none where it has no "=".
inline const char* Reader::key(const char* p, std::uint32_t& found) {
  found = order_.guess(memo_, p);
  if (found != none) return p + memo_.key(found).raw_len;
  const char* const end = token_stop(p, end_);
  const std::string_view name(p, static_cast<std::size_t>(end - p));
  if (end < end_ && (*end == '"' || end == p)) refuse(end);
  if (!is_key(name)) throw fail("a key is not UTF-8");
  if (end >= end_ || *end != '=') return end;
  if (order_.size() == fields_max) {
    throw fail("more than " + std::to_string(fields_max) + " keys in one line");
  }
  found = key_of({p, name.size() + 1});
  repeated_ = !order_.add(found);
  return end + 1;
}

std::uint32_t Reader::key_of(std::string_view raw) {
  const std::uint64_t hashed = hash(raw);
  const std::uint32_t known = memo_.find_key(raw, hashed);
  if (known != none) return known;
  const std::string_view name = raw.substr(0, raw.size() - 1);
  const std::uint32_t made = memo_.add_key(raw, hashed, name);
  is_tag_.resize(made + std::size_t{1});
  is_tag_[made] = tags_globs_.matches(name);
  learned_ = true;
  return made;
}

inline const char* Reader::bare_value(const char* p, std::string_view& value) const {
  const char* const end = token_stop(p, end_);
  if (end < end_ && !ends_token(*end)) refuse(end);
  value = {p, static_cast<std::size_t>(end - p)};
  return end;
}

const char* Reader::quoted_value(const char* p, std::string_view& value) {
  const char* const begin = p + 1;
  bool escapes = false;
  for (p = begin; p < end_ && *p != '"'; ++p) {
    if (*p != '\\') continue;
    escapes = true;
    ++p;
  }
  if (p >= end_) throw fail("a quote is not closed");
  value = {begin, static_cast<std::size_t>(p - begin)};
  if (!escapes) return p + 1;
  if (n_unescaped_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& text = unescaped_[n_unescaped_++];
  if (!unquote(value, text)) throw fail("a quoted value has an escape that is none");
  const std::size_t bytes = text.size();
  text.append(slack_bytes, '\0');
  value = {text.data(), bytes};
  return p + 1;
}

// ---- values ----

inline void Reader::add(std::uint32_t key, std::string_view value) {
  if (is_tag_[key]) {
    series_.add(key, value);
    return;
  }
  weir_field& f = field(key);
  if (common::guess_value(value, f)) return;
  f.type = WEIR_STRING;
  f.v.str = out_->strings().store(value);
}

inline weir_field& Reader::field(std::uint32_t key) {
  const std::uint32_t id = memo_.id_of(memo_.key(key), out_->strings(), out_->generation());
  weir_field* const end = fields_ + n_fields_;
  if (repeated_) {
    weir_field* const there =
        std::find_if(fields_, end, [id](const weir_field& f) { return f.key == id; });
    if (there != end) return *there;
  }
  if (n_fields_ == room_fields_) {
    room_fields_ *= 2;
    fields_ = out_->spare_fields(room_fields_);
  }
  weir_field& f = fields_[n_fields_++];
  f = weir_field{};
  f.key = id;
  return f;
}

void Reader::finish(const row& from) {
  // The host knows who sent a line, which does not say its name.
  const std::string_view name = from.raw().name == WEIR_NO_ID ? std::string_view() : from.name();
  source_.assign(name).append(slack_bytes, '\0');
  series_.add(none, {source_.data(), name.size()});
  if (!series_.find(memo_, *out_)) new_series();
  out_->add_row(series_.name_id(), series_.tag0(), series_.n_tag(),
                static_cast<std::uint16_t>(n_fields_), from.time_ns());
  out_->fields(n_fields_);
}

void Reader::new_series() {
  string_table& strings = out_->strings();
  tags_.clear();
  std::uint32_t name_id = 0;
  for (const auto& token : series_.tokens()) {
    const std::uint32_t id = strings.intern(token.view());
    if (token.key == none) {
      name_id = id;
    } else {
      tags_.push_back({memo_.id_of(memo_.key(token.key), strings, out_->generation()), id});
    }
  }
  if (series_.make(memo_, *out_, name_id, tags_)) learned_ = true;
}

}  // namespace weir::logfmt
