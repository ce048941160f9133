#include <algorithm>
#include <array>

#include <weir/utf8.hpp>

#include "core/cel/characters.hpp"
#include "core/cel/library.hpp"
#include "core/cel/text_builder.hpp"

namespace weir::cel {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_text(const Value& v) { return v.is(Kind::text); }

template <char (*F)(char)>
Value each_byte(Scope& scope, Arguments x) {
  if (!is_text(x[0])) return no_such_overload();
  TextBuilder out(scope.memory, x[0].n);
  for (const char c : x[0].str()) out.add(F(c));
  return out.value();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

Value trim(Scope&, Arguments x) {
  return is_text(x[0]) ? Value::of_text(trimmed(x[0].str())) : no_such_overload();
}

Value reverse(Scope& scope, Arguments x) {
  if (!is_text(x[0])) return no_such_overload();
  char* out = scope.memory.chars(x[0].n);
  if (out == nullptr) return no_memory();
  char* at = out + x[0].n;
  for (std::string_view rest = x[0].str(); !rest.empty();) {
    const std::string_view first = rest.substr(0, offset_after_first(rest));
    at -= first.size();
    first.copy(at, first.size());
    rest.remove_prefix(first.size());
  }
  return Value::of_text({out, x[0].n});
}

Value quote(Scope& scope, Arguments x) {
  static constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"";
  static constexpr std::string_view letters = "abfnrtv\\\"";
  if (!is_text(x[0])) return no_such_overload();
  TextBuilder out(scope.memory, std::size_t{x[0].n} * 3 + 2);
  out.add('"');
  for (std::string_view rest = x[0].str(); !rest.empty();) {
    const std::string_view before = rest;
    const bool is_utf8 = next_code_point(rest) < raw_byte_code;
    const std::size_t known = special.find(before[0]);
    if (known != npos) {
      out.add('\\');
      out.add(letters[known]);
    } else {
      out.add(is_utf8 ? before.substr(0, before.size() - rest.size()) : "\xef\xbf\xbd");
    }
  }
  out.add('"');
  return out.value();
}

// ---- replace ----

// Walks through the places where a text is found; an empty one is found in front of every character and at the end.
class Places {
 public:
  Places(std::string_view text, std::string_view wanted) : text_(text), wanted_(wanted) {}

  // The text up to the next place; false when there is none.
  bool next(std::string_view& before) {
    if (over_) return false;
    const std::size_t at = wanted_.empty() ? empty_place() : text_.find(wanted_);
    if (at == npos) return false;
    before = text_.substr(0, at);
    text_.remove_prefix(at + wanted_.size());
    over_ = wanted_.empty() && text_.empty();
    first_ = false;
    return true;
  }
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  [[nodiscard]] std::size_t empty_place() const { return first_ ? 0 : offset_after_first(text_); }
  std::string_view text_, wanted_;
  bool first_{true}, over_{false};
};

std::size_t count_places(std::string_view text, std::string_view wanted, std::int64_t most) {
  Places places(text, wanted);
  std::size_t n = 0;
  std::string_view before;
  while ((most < 0 || n < static_cast<std::uint64_t>(most)) && places.next(before)) ++n;
  return n;
}

Value replace(Scope& scope, Arguments x) {
  const bool limited = x.size() == 4;
  if (!is_text(x[0]) || !is_text(x[1]) || !is_text(x[2]) || (limited && !x[3].is(Kind::integer))) {
    return no_such_overload();
  }
  const std::string_view text = x[0].str(), old = x[1].str(), fresh = x[2].str();
  const std::size_t n = count_places(text, old, limited ? x[3].i : -1);
  if (fresh.size() > memory_bytes_max) return no_memory();
  TextBuilder out(scope.memory, text.size() + n * fresh.size());
  Places places(text, old);
  std::string_view before;
  for (std::size_t i = 0; i < n && places.next(before); ++i) {
    out.add(before);
    out.add(fresh);
  }
  out.add(places.rest());
  return out.value();
}

// ---- split and join ----

// The next piece of a text in front of a separator; an empty one stands behind every character.
std::string_view next_piece(std::string_view& rest, std::string_view separator) {
  const std::size_t found = separator.empty() ? offset_after_first(rest) : rest.find(separator);
  const std::string_view piece = rest.substr(0, found);
  rest.remove_prefix(found == npos ? rest.size() : found + separator.size());
  return piece;
}

std::size_t count_pieces(std::string_view text, std::string_view separator) {
  return separator.empty() ? count_characters(text) : count_places(text, separator, -1) + 1;
}

Value split(Scope& scope, Arguments x) {
  const bool limited = x.size() == 3;
  if (!is_text(x[0]) || !is_text(x[1]) || (limited && !x[2].is(Kind::integer))) {
    return no_such_overload();
  }
  std::string_view rest = x[0].str();
  const std::string_view separator = x[1].str();
  std::size_t n = count_pieces(rest, separator);
  if (limited && x[2].i >= 0) n = std::min(n, static_cast<std::size_t>(x[2].i));
  Value* out = scope.memory.values(n);
  if (out == nullptr) return no_memory();
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = Value::of_text(i + 1 == n ? rest : next_piece(rest, separator));
  }
  return Value::of_list(out, static_cast<std::uint32_t>(n));
}

Value join(Scope& scope, Arguments x) {
  const std::string_view separator = x.size() == 2 && is_text(x[1]) ? x[1].str() : "";
  if (!x[0].is(Kind::list) || (x.size() == 2 && !is_text(x[1]))) return no_such_overload();
  const Arguments pieces(x[0].items, x[0].n);
  std::size_t bytes = pieces.size() * separator.size();
  for (const Value& piece : pieces) {
    if (!is_text(piece)) return no_such_overload();
    bytes += piece.n;
  }
  TextBuilder out(scope.memory, bytes);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i != 0) out.add(separator);
    out.add(pieces[i].str());
  }
  return out.value();
}

// ---- base64 ----

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Value encode_base64(Scope& scope, Arguments x) {
  if (!x[0].is(Kind::bytes)) return no_such_overload();
  TextBuilder out(scope.memory, (std::size_t{x[0].n} + 2) / 3 * 4);
  const std::string_view bytes = x[0].str();
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.add(k > n ? '=' : base64_digits[bits >> (18 - 6 * k) & 63U]);
    }
  }
  return out.value();
}

// With padding or without; line breaks do not count.
Value decode_base64(Scope& scope, Arguments x) {
  if (!is_text(x[0])) return no_such_overload();
  const Value wrong = Value::error(Failure::bad_base64, x[0].str());
  TextBuilder out(scope.memory, x[0].n);
  std::uint32_t bits = 0;
  std::size_t digits = 0, padding = 0;
  for (const char c : x[0].str()) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::size_t digit = base64_digits.find(c);
    if (digit == npos || padding != 0) return wrong;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    if (++digits % 4 != 1) out.add(static_cast<char>(bits >> (6 - (digits - 1) % 4 * 2) & 255U));
  }
  const bool padded = padding == 0 || (padding <= 2 && (digits + padding) % 4 == 0);
  return digits % 4 == 1 || !padded ? wrong : out.value(Kind::bytes);
}

constexpr std::array<std::string_view, 1> text_forms{"s.>s"};
constexpr std::array<std::string_view, 1> quote_forms{"s>s"};
constexpr std::array<std::string_view, 2> replace_forms{"s.ss>s", "s.ssi>s"};
constexpr std::array<std::string_view, 2> split_forms{"s.s>[s", "s.si>[s"};
constexpr std::array<std::string_view, 2> join_forms{"[s.>s", "[s.s>s"};
constexpr std::array<std::string_view, 1> encode_forms{"y>s"};
constexpr std::array<std::string_view, 1> decode_forms{"s>y"};

constexpr std::array<Function, 10> functions{{{"lowerAscii", each_byte<lower>, text_forms},
                                              {"upperAscii", each_byte<upper>, text_forms},
                                              {"trim", trim, text_forms},
                                              {"reverse", reverse, text_forms},
                                              {"strings.quote", quote, quote_forms},
                                              {"replace", replace, replace_forms},
                                              {"split", split, split_forms},
                                              {"join", join, join_forms},
                                              {"base64.encode", encode_base64, encode_forms},
                                              {"base64.decode", decode_base64, decode_forms}}};

}  // namespace

std::span<const Function> made_text_functions() { return functions; }

}  // namespace weir::cel
