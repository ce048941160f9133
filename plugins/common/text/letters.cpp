#include "plugins/common/text/letters.hpp"

#include <algorithm>
#include <array>
#include <clocale>
#include <cwctype>

#include <weir/utf8.hpp>

namespace weir::common {
namespace {

class Letters {
 public:
  Letters()
      : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)),
        to_title_(locale_ == nullptr ? wctrans_t{} : wctrans_l("totitle", locale_)) {}
  ~Letters() {
    if (locale_ != nullptr) freelocale(locale_);
  }
  Letters(const Letters&) = delete;
  Letters& operator=(const Letters&) = delete;

  std::uint32_t upper(std::uint32_t code) const {
    return locale_ == nullptr ? code : towupper_l(code, locale_);
  }
  std::uint32_t lower(std::uint32_t code) const {
    return locale_ == nullptr ? code : towlower_l(code, locale_);
  }
  std::uint32_t title(std::uint32_t code) const {
    return locale_ == nullptr ? code : towctrans_l(code, to_title_, locale_);
  }
  bool has_case(std::uint32_t code) const {
    return locale_ != nullptr && (iswlower_l(code, locale_) != 0 || iswupper_l(code, locale_) != 0);
  }
  bool is_alphanumeric(std::uint32_t code) const {
    return locale_ != nullptr && iswalnum_l(code, locale_) != 0;
  }

 private:
  locale_t locale_;
  wctrans_t to_title_;
};

const Letters& letters() {
  static const Letters made;
  return made;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

template <typename Ascii, typename Any>
void append_turned(std::string_view text, std::string& to, Ascii&& ascii, Any&& any) {
  if (is_ascii(text)) {
    for (const char c : text) to += ascii(c);
    return;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const char first = rest[0];
    const std::uint32_t code = next_code_point(rest);
    if (code >= raw_byte_code) {
      to += first;
    } else {
      append_utf8(any(code), to);
    }
  }
}

// ---- title case ----

struct Several {
  std::uint32_t code;
  std::string_view title;
};
constexpr auto several = std::to_array<Several>({{0xdf, "Ss"},
                                                 {0x149, "\u02bcN"},
                                                 {0x1f0, "J\u030c"},
                                                 {0x390, "\u0399\u0308\u0301"},
                                                 {0x3b0, "\u03a5\u0308\u0301"},
                                                 {0x587, "\u0535\u0582"},
                                                 {0x1e96, "H\u0331"},
                                                 {0x1e97, "T\u0308"},
                                                 {0x1e98, "W\u030a"},
                                                 {0x1e99, "Y\u030a"},
                                                 {0x1e9a, "A\u02be"},
                                                 {0x1f50, "\u03a5\u0313"},
                                                 {0x1f52, "\u03a5\u0313\u0300"},
                                                 {0x1f54, "\u03a5\u0313\u0301"},
                                                 {0x1f56, "\u03a5\u0313\u0342"},
                                                 {0x1fb2, "\u1fba\u0345"},
                                                 {0x1fb4, "\u0386\u0345"},
                                                 {0x1fb6, "\u0391\u0342"},
                                                 {0x1fb7, "\u0391\u0342\u0345"},
                                                 {0x1fc2, "\u1fca\u0345"},
                                                 {0x1fc4, "\u0389\u0345"},
                                                 {0x1fc6, "\u0397\u0342"},
                                                 {0x1fc7, "\u0397\u0342\u0345"},
                                                 {0x1fd2, "\u0399\u0308\u0300"},
                                                 {0x1fd3, "\u0399\u0308\u0301"},
                                                 {0x1fd6, "\u0399\u0342"},
                                                 {0x1fd7, "\u0399\u0308\u0342"},
                                                 {0x1fe2, "\u03a5\u0308\u0300"},
                                                 {0x1fe3, "\u03a5\u0308\u0301"},
                                                 {0x1fe4, "\u03a1\u0313"},
                                                 {0x1fe6, "\u03a5\u0342"},
                                                 {0x1fe7, "\u03a5\u0308\u0342"},
                                                 {0x1ff2, "\u1ffa\u0345"},
                                                 {0x1ff4, "\u038f\u0345"},
                                                 {0x1ff6, "\u03a9\u0342"},
                                                 {0x1ff7, "\u03a9\u0342\u0345"},
                                                 {0xfb00, "Ff"},
                                                 {0xfb01, "Fi"},
                                                 {0xfb02, "Fl"},
                                                 {0xfb03, "Ffi"},
                                                 {0xfb04, "Ffl"},
                                                 {0xfb05, "St"},
                                                 {0xfb06, "St"},
                                                 {0xfb13, "\u0544\u0576"},
                                                 {0xfb14, "\u0544\u0565"},
                                                 {0xfb15, "\u0544\u056b"},
                                                 {0xfb16, "\u054e\u0576"},
                                                 {0xfb17, "\u0544\u056d"}});

void append_title_of(std::uint32_t code, std::string& to) {
  const auto* found =
      std::lower_bound(several.begin(), several.end(), code,
                       [](const Several& s, std::uint32_t c) { return s.code < c; });
  if (found != several.end() && found->code == code) {
    to += found->title;
  } else {
    append_utf8(letters().title(code), to);
  }
}

template <std::size_t N>
bool is_in(std::uint32_t code, const std::array<std::array<std::uint32_t, 2>, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const auto& r) { return code >= r[0] && code <= r[1]; });
}

// Between two letters these do not end a word, but two of them do.
bool is_mid(std::uint32_t code) {
  static constexpr std::array<std::uint32_t, 17> mids{
      0x27,   0x2e,   0x3a,   0xb7,   0x387,  0x55f,  0x5f4,  0x2018, 0x2019,
      0x2024, 0x2027, 0xfe13, 0xfe52, 0xfe55, 0xff07, 0xff0e, 0xff1a};
  return std::find(mids.begin(), mids.end(), code) != mids.end();
}

// Letters of scripts without blanks are words by themselves.
bool is_word_by_itself(std::uint32_t code) {
  static constexpr std::array<std::array<std::uint32_t, 2>, 5> scripts{
      {{0xe01, 0xedf}, {0x1000, 0x109f}, {0x2e80, 0x30a0}, {0x3200, 0x9fff}, {0xf900, 0xfaff}}};
  return is_in(code, scripts);
}

// Marks, modifiers, connectors and what is not seen belong to the letter before.
bool continues_word(std::uint32_t code) {
  static constexpr std::array<std::array<std::uint32_t, 2>, 12> ranges{{{0x5f, 0x5f},
                                                                        {0xad, 0xad},
                                                                        {0x2c2, 0x36f},
                                                                        {0x483, 0x489},
                                                                        {0x1ab0, 0x1aff},
                                                                        {0x1dc0, 0x1dff},
                                                                        {0x200c, 0x200f},
                                                                        {0x203f, 0x2040},
                                                                        {0x20d0, 0x20f0},
                                                                        {0xfe00, 0xfe0f},
                                                                        {0xfe20, 0xfe2f},
                                                                        {0xfe33, 0xfe34}}};
  return is_in(code, ranges);
}

bool ends_word(std::uint32_t code) {
  if (is_mid(code) || continues_word(code)) return false;
  return is_word_by_itself(code) || !letters().is_alphanumeric(code);
}

}  // namespace

void append_utf8(std::uint32_t code, std::string& to) {
  const auto tail = [&](unsigned shift) {
    to += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xc0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    to += static_cast<char>(0xe0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    to += static_cast<char>(0xf0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

void append_upper(std::string_view text, std::string& to) {
  append_turned(text, to, ascii_upper, [](std::uint32_t code) { return letters().upper(code); });
}

void append_lower(std::string_view text, std::string& to) {
  append_turned(text, to, ascii_lower, [](std::uint32_t code) { return letters().lower(code); });
}

void append_title(std::string_view text, std::string& to) {
  bool inside = false, was_mid = false;
  for (std::string_view rest = text; !rest.empty();) {
    const char first = rest[0];
    const std::uint32_t code = next_code_point(rest);
    if (was_mid && is_mid(code)) inside = false;
    was_mid = is_mid(code);
    if (code >= raw_byte_code) {
      inside = false;
      to += first;
    } else if (letters().has_case(code) && !inside) {
      inside = true;
      append_title_of(code, to);
    } else {
      inside = inside && !ends_word(code);
      append_utf8(code, to);
    }
  }
}

bool is_space(std::uint32_t code) {
  return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
         code == 0x202f || code == 0x205f || code == 0x3000;
}

std::string_view trim_space_left(std::string_view text) {
  for (std::string_view rest = text; !rest.empty() && is_space(next_code_point(rest));) text = rest;
  return text;
}

std::string_view trim_space_right(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = last_character(text);
    std::string_view last = text.substr(text.size() - n);
    if (!is_space(next_code_point(last))) return text;
    text.remove_suffix(n);
  }
  return text;
}

std::string_view trim_space(std::string_view text) {
  return trim_space_right(trim_space_left(text));
}

std::size_t last_character(std::string_view text) {
  for (std::size_t n = 2; n <= 4 && n <= text.size(); ++n) {
    std::string_view tail = text.substr(text.size() - n);
    if (next_code_point(tail) < raw_byte_code && tail.empty()) return n;
  }
  return 1;
}

}  // namespace weir::common
