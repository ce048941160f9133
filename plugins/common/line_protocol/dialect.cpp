#include "plugins/common/line_protocol/dialect.hpp"

#include <array>
#include <limits>

#include "plugins/common/parsing/scan.hpp"
#include "plugins/common/text/go_number.hpp"
#include "plugins/common/text/utf8.hpp"

namespace weir::influx {
namespace {

using common::string_stop;

// What a byte is to a token of a grammar; bit = 1 << Token for "ends it".
using Classes = std::array<std::uint8_t, 256>;
constexpr std::uint8_t ends_name = 1U << static_cast<unsigned>(Token::name);
constexpr std::uint8_t ends_tag = 1U << static_cast<unsigned>(Token::tag);
constexpr std::uint8_t ends_field = 1U << static_cast<unsigned>(Token::field);
constexpr std::uint8_t ends_any = ends_name | ends_tag | ends_field;
constexpr std::uint8_t is_backslash = 8;

constexpr Classes common_classes() {
  Classes c{};
  c[' '] = c[','] = ends_any;
  c['='] = ends_tag | ends_field;
  c['\\'] = is_backslash;
  return c;
}
constexpr Classes internal_classes() {
  Classes c = common_classes();
  c['\t'] = c['\n'] = c['\f'] = c['\r'] = ends_any;
  return c;
}
constexpr Classes upstream_classes() {
  Classes c = common_classes();
  for (unsigned i = 0; i < 32; ++i) c[i] = ends_any;
  c[0x7f] = ends_any;
  return c;
}
constexpr Classes internal_table = internal_classes();
constexpr Classes upstream_table = upstream_classes();

std::uint8_t class_of(const Classes& table, char c) { return table[static_cast<unsigned char>(c)]; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// How many bytes an internal backslash takes; 0 where it must not stand there.
std::size_t internal_escape(const char* p, Token kind) {
  const char next = p[1];
  if (kind == Token::tag && next == '\\') return 1;
  return next == '\t' || next == '\n' || next == '\f' || next == '\r' ? 0 : 2;
}
bool upstream_escapes(char next, Token kind) {
  return next == ' ' || next == ',' || (next == '=' && kind != Token::name);
}

// Replaces a backslash and what stands behind it by the latter, where drop says so.
template <typename F>
std::string_view unescape(std::string_view raw, std::string& scratch, F&& drop) {
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size() && drop(raw[i + 1])) ++i;
    scratch += raw[i];
  }
  return scratch;
}

// Telegraf looks for a character that needs an escape before it takes any escape out.
std::string_view internal_text(std::string_view raw, Token kind, std::string& scratch) {
  const bool name = kind == Token::name;
  if (raw.find_first_of(name ? " ," : " ,=") == std::string_view::npos) return raw;
  return unescape(raw, scratch, [name](char c) {
    return c == ',' || c == ' ' || (!name && (c == '=' || c == '"'));
  });
}

char upstream_string_escape(char c) {
  switch (c) {
    case '"':
    case '\\': return c;
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

// How many bytes the reader steps over at p, which is no quote; 0: it may not stand in a string.
std::size_t upstream_string_step(const char* p) {
  return *p == '\\' && upstream_string_escape(p[1]) != 0 ? 2 : 1;
}
std::size_t internal_string_step(const char* p, bool last) {
  const char next = p[1];
  const bool escape = *p == '\\';
  if (escape && (next == '"' || next == '\\')) return 2;
  const bool bad = (escape && !last) || *p == '\f' || (*p == '\r' && next != '\n' && !last);
  return bad ? 0 : 1;
}

// Where the digits of an internal number end, looking at its form only.
struct Form {
  std::size_t end;    // behind the last character of the number, before its suffix
  std::size_t whole;  // where the digits before the dot begin
  bool plain;         // digits only
};

Form number_form(std::string_view s) {
  std::size_t i = !s.empty() && s[0] == '-' ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < s.size() && is_digit(s[i])) ++i;
    return i - from;
  };
  Form f{0, i, true};
  std::size_t count = digits();
  if (i < s.size() && s[i] == '.') {
    ++i;
    f.plain = false;
    count += digits();
  }
  if (count == 0) return f;
  f.end = i;
  if (i == s.size() || (s[i] | 0x20) != 'e') return f;
  ++i;
  if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
  if (digits() != 0) f = {i, f.whole, false};
  return f;
}

bool set_float(std::string_view s, weir_field& f) {
  f.type = WEIR_F64;
  return common::parse_go_float(s, f.v.f) == common::GoNumber::ok;
}
bool set_int(std::string_view s, weir_field& f) {
  f.type = WEIR_I64;
  return common::parse_go_int(s, f.v.i) == common::GoNumber::ok;
}
bool set_uint(std::string_view s, weir_field& f) {
  f.type = WEIR_U64;
  return common::parse_go_uint(s, f.v.u) == common::GoNumber::ok;
}

bool internal_number(std::string_view raw, weir_field& f) {
  const Form form = number_form(raw);
  if (form.end == 0) return false;
  const std::string_view digits = raw.substr(0, form.end);
  if (form.end == raw.size()) return set_float(digits, f);
  const bool leading_zero = raw[form.whole] == '0' && form.end > form.whole + 1;
  if (!form.plain || leading_zero || form.end + 1 != raw.size()) return false;
  if (raw.back() == 'i') return set_int(digits, f);
  return raw.back() == 'u' && form.whole == 0 && set_uint(digits, f);
}

bool upstream_number(std::string_view raw, weir_field& f) {
  if (raw.empty()) return false;
  const std::string_view digits = raw.substr(0, raw.size() - 1);
  if (raw.back() == 'i') return set_int(digits, f);
  if (raw.back() == 'u') return set_uint(digits, f);
  return set_float(raw, f) && f.v.f - f.v.f == 0;  // finite
}

}  // namespace

const char* Dialect::token_end(const char* p, const char* end, Token kind) const {
  const Classes& table = upstream_ ? upstream_table : internal_table;
  const unsigned stops = (1U << static_cast<unsigned>(kind)) | is_backslash;
  while (p < end) {
    const unsigned c = class_of(table, *p) & stops;
    if (c == 0) {
      ++p;
    } else if (c != is_backslash) {
      return p;
    } else if (upstream_) {
      p += upstream_escapes(p[1], kind) ? 2 : 1;
    } else {
      const std::size_t taken = internal_escape(p, kind);
      if (taken == 0 && p + 1 < end) return nullptr;
      p += taken == 0 ? 1 : taken;
    }
  }
  return end;
}

bool Dialect::token_text(std::string_view raw, Token kind, std::string& scratch,
                         std::string_view& text) const {
  text = raw;
  if (upstream_ && !common::is_utf8(raw)) return false;
  if (raw.find('\\') == std::string_view::npos) return true;
  if (!upstream_) {
    text = internal_text(raw, kind, scratch);
  } else {
    text = unescape(raw, scratch, [kind](char c) { return upstream_escapes(c, kind); });
  }
  return true;
}

bool Dialect::is_comment(std::string_view line) const {
  if (!upstream_) return true;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  for (const char c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return false;
  }
  return true;
}

bool Dialect::find_quote(const char*& p, const char* end) const {
  for (; p < end; p = string_stop(p, end)) {
    if (*p == '"') return true;
    const std::size_t bytes =
        upstream_ ? upstream_string_step(p) : internal_string_step(p, p + 1 >= end);
    if (bytes == 0) return false;
    p += bytes;
  }
  p = end;
  return true;
}

bool Dialect::string_text(std::string_view raw, std::string& scratch,
                          std::string_view& text) const {
  text = raw;
  if (upstream_ && !common::is_utf8(raw)) return false;
  if (raw.find('\\') == std::string_view::npos) return true;
  if (!upstream_) {
    text = unescape(raw, scratch, [](char) { return true; });
    return true;
  }
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i] == '\\' && i + 1 < raw.size() ? upstream_string_escape(raw[i + 1]) : '\0';
    scratch += c != 0 ? c : raw[i];
    i += c != 0 ? 1 : 0;
  }
  text = scratch;
  return true;
}

bool Dialect::number(std::string_view raw, weir_field& f) const {
  return upstream_ ? upstream_number(raw, f) : internal_number(raw, f);
}

// Beyond the range of 64 bits the internal reader lets ticks times unit wrap, the upstream one
// refuses.
bool Dialect::timestamp(std::string_view raw, std::int64_t unit, std::int64_t& ns) const {
  std::int64_t ticks = 0;
  if (common::parse_go_int(raw, ticks) != common::GoNumber::ok) return false;
  if (__builtin_mul_overflow(ticks, unit, &ns)) return !upstream_;
  return true;
}

}  // namespace weir::influx
