#include "plugins/parsers/json/flat_reader.hpp"

#include <array>
#include <cstring>

#include <weir/hash.hpp>

#include "plugins/common/parsing/scan.hpp"
#include "plugins/common/text/print_number.hpp"
#include "plugins/common/text/utf8.hpp"
#include "plugins/parsers/json/json_scan.hpp"

namespace weir::json {
namespace {

bool is_text(std::string_view s) {
  return common::is_ascii(s.data(), s.size()) || common::is_utf8(s);
}

// Without the quotes.
std::string_view inside(const char* begin, const char* end) {
  return {begin + 1, static_cast<std::size_t>(end - begin) - 2};
}

}  // namespace

bool FlatReader::read(std::string_view text, const row& from, sink& out) {
  if (text.empty() || text.front() != '{') return false;
  begin(text, from, out);
  const char* const end = object(padded_.data());
  if (end != padded_.data() + text.size() || (rules_.time && !timed_)) return false;
  if (!named_) name_by_source(from);
  if (!series_.find(memo_, out) && !new_series()) return false;
  add_row();
  order_.end();
  if (learned_ && memo_.trim()) forget_places();
  return true;
}

void FlatReader::forget() {
  memo_.forget();
  forget_places();
}

// They are positions in the memo.
void FlatReader::forget_places() {
  roles_.clear();
  order_.forget();
  series_.forget();
}

void FlatReader::begin(std::string_view text, const row& from, sink& out) {
  if (padded_.size() < text.size() + slack_bytes) padded_.resize(text.size() + slack_bytes);
  std::memcpy(padded_.data(), text.data(), text.size());
  std::memset(padded_.data() + text.size(), 0, slack_bytes);
  out_ = &out;
  out.make_room();
  order_.begin();
  n_fields_ = 0;
  named_ = timed_ = learned_ = false;
  time_ns_ = now_ns_ = from.time_ns();
  series_.begin();
  room_fields_ = 64;
  fields_ = out.spare_fields(room_fields_);
}

// ---- the text ----

// Behind the closing brace.
const char* FlatReader::object(const char* p) {
  do {
    std::uint32_t found = none;
    p = key(skip_blanks(p + 1), found);
    if (p != nullptr) p = value(skip_blanks(p), found);
    if (p == nullptr) return nullptr;
    p = skip_blanks(p);
  } while (*p == ',');
  return *p == '}' ? p + 1 : nullptr;
}

// Behind the colon.
inline const char* FlatReader::key(const char* p, std::uint32_t& found) {
  found = order_.guess(memo_, p);
  return found != none ? p + memo_.key(found).raw_len : other_key(p, found);
}

const char* FlatReader::other_key(const char* p, std::uint32_t& found) {
  if (*p != '"') return nullptr;
  const char* const end = text_stop(p + 1);
  if (*end != '"' || end[1] != ':' || end == p + 1 || order_.size() == keys_max) return nullptr;
  const std::string_view raw(p, static_cast<std::size_t>(end - p) + 2);
  const std::uint64_t hashed = hash(raw);
  found = memo_.find_key(raw, hashed);
  if (found == none) found = learn_key(raw, hashed);
  return found != none && order_.add(found) ? end + 2 : nullptr;
}

std::uint32_t FlatReader::learn_key(std::string_view raw, std::uint64_t hashed) {
  const std::string_view name = raw.substr(1, raw.size() - 3);
  if (!is_text(name)) return none;
  const std::uint32_t key = memo_.add_key(raw, hashed, name);
  roles_.resize(key + 1);
  roles_[key] = rules_.role_of(name);
  learned_ = true;
  return key;
}

inline const char* FlatReader::value(const char* p, std::uint32_t key) {
  const Role role = roles_[key];
  if (*p == '"') return text(p, key, role);
  if (*p == '-' || (*p >= '0' && *p <= '9')) return number(p, key, role);
  return literal(p, key, role);
}

inline const char* FlatReader::text(const char* p, std::uint32_t key, Role role) {
  const char* const end = text_end(p + 1);
  if (end == nullptr) return nullptr;
  if (role.time) return is_time(inside(p, end)) ? end : nullptr;
  if (role.tag || role.name) {
    series_.add(key, {p, static_cast<std::size_t>(end - p)});
    named_ = named_ || role.name;
  }
  if (!role.text_field || role.tag) return end;
  if (!unescape(inside(p, end), scratch_) || !is_text(scratch_)) return nullptr;
  weir_field& f = field(key);
  f.type = WEIR_STRING;
  f.v.str = out_->strings().store(scratch_);
  return end;
}

inline const char* FlatReader::number(const char* p, std::uint32_t key, Role role) {
  double v = 0;
  const char* const end = plain_number(p, v);
  if (end == nullptr) return nullptr;
  if (role.time) {
    timed_ = rules_.is_time(v, time_ns_);
    return timed_ ? end : nullptr;
  }
  if (role.tag) {
    series_.add(key, {p, static_cast<std::size_t>(end - p)});
    return end;
  }
  weir_field& f = field(key);
  f.type = WEIR_F64;
  f.v.f = v;
  return end;
}

// true, false or null.
const char* FlatReader::literal(const char* p, std::uint32_t key, Role role) {
  if (role.time) return nullptr;
  if (std::memcmp(p, "null", 4) == 0) return p + 4;
  const bool yes = std::memcmp(p, "true", 4) == 0;
  if (!yes && std::memcmp(p, "false", 5) != 0) return nullptr;
  const char* const end = p + (yes ? 4 : 5);
  if (role.tag) {
    series_.add(key, {p, static_cast<std::size_t>(end - p)});
  } else if (role.text_field) {
    weir_field& f = field(key);
    f.type = WEIR_BOOL;
    f.v.u = yes ? 1 : 0;
  }
  return end;
}

bool FlatReader::is_time(std::string_view text) {
  timed_ = unescape(text, scratch_) && rules_.is_time(scratch_, now_ns_, time_ns_);
  return timed_;
}

inline weir_field& FlatReader::field(std::uint32_t key) {
  if (n_fields_ == room_fields_) {
    room_fields_ *= 2;
    fields_ = out_->spare_fields(room_fields_);
  }
  weir_field& f = fields_[n_fields_++];
  f = weir_field{};
  f.key = memo_.id_of(memo_.key(key), out_->strings(), out_->generation());
  return f;
}

// ---- the series ----

// The host knows who sent a text that does not say its name.
void FlatReader::name_by_source(const row& from) {
  const std::string_view name = from.raw().name == WEIR_NO_ID ? std::string_view("") : from.name();
  source_.assign(name).append(slack_bytes, '\0');
  series_.add(none, {source_.data(), name.size()});
}

// False where a tag's value is none.
bool FlatReader::new_series() {
  string_table& strings = out_->strings();
  tags_.clear();
  std::uint32_t name_id = 0;
  for (const Token& t : series_.tokens()) {
    if (!decode(t, scratch_)) return false;
    const Role role = t.key == none ? Role{.name = true} : roles_[t.key];
    const std::uint32_t id = strings.intern(scratch_);
    if (role.name) name_id = id;
    if (role.tag) tags_.push_back({memo_.id_of(memo_.key(t.key), strings, out_->generation()), id});
  }
  if (series_.make(memo_, *out_, name_id, tags_)) learned_ = true;
  return true;
}

// The text of a tag's value.
bool FlatReader::decode(const Token& token, std::string& to) const {
  const std::string_view raw = token.view();
  if (token.key == none || raw == "true" || raw == "false") return to = raw, true;
  if (raw.front() == '"') return unescape(raw.substr(1, raw.size() - 2), to) && is_text(to);
  double v = 0;
  if (plain_number(token.text, v) == nullptr) return false;
  std::array<char, common::fixed_bytes> digits{};
  const char* const end = common::print_fixed(digits.data(), v);
  return to.assign(digits.data(), static_cast<std::size_t>(end - digits.data())), true;
}

void FlatReader::add_row() {
  if (n_fields_ == 0) return;
  out_->add_row(series_.name_id(), series_.tag0(), series_.n_tag(),
                static_cast<std::uint16_t>(n_fields_), time_ns_);
  out_->fields(n_fields_);
}

}  // namespace weir::json
