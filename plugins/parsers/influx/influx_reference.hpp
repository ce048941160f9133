#pragma once

// Line protocol read one byte at a time, by the letter of both grammars: what the tests compare the
// parser with. Slow, and shares nothing with it.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/testing/lines.hpp>

namespace weir::influx::reference {

struct Result {
  testing::lines rows;                 // as testing::print writes them, with time
  std::vector<std::size_t> bad_lines;  // 1-based line on which each bad record begins
};

class ReferenceParser {
 public:
  ReferenceParser(std::string_view text, bool upstream, std::int64_t unit_ns, std::int64_t now_ns)
      : text_(text), upstream_(upstream), unit_ns_(unit_ns), now_ns_(now_ns) {}

  Result parse() {
    while (skip_between()) {
      const std::size_t begin = pos_;
      try {
        record();
        result_.rows.push_back(printed());
      } catch (const Bad& bad) {
        const auto before = text_.substr(0, begin);
        result_.bad_lines.push_back(
            1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')));
        const std::size_t line_feed = text_.find('\n', bad.at);
        pos_ = line_feed == std::string_view::npos ? text_.size() : line_feed + 1;
      }
    }
    return result_;
  }

 private:
  enum class Kind : std::uint8_t { name, tag, field };
  struct Bad {
    std::size_t at;
  };
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  static constexpr int end_of_text = -1;
  int at(std::size_t i) const {
    return i < text_.size() ? static_cast<unsigned char>(text_[i]) : end_of_text;
  }
  int here() const { return at(pos_); }
  [[noreturn]] void bad() const { throw Bad{pos_}; }
  static bool one_of(int c, std::string_view set) {
    return c != end_of_text && set.find(static_cast<char>(c)) != std::string_view::npos;
  }
  bool blank(int c) const { return one_of(c, upstream_ ? " " : " \t\v\f"); }
  static bool control(int c) { return (c >= 0 && c < 32) || c == 127; }

  // A line feed, with a carriage return before it, or the end of the text. How many bytes; -1: none
  // of these.
  int line_end() const {
    if (here() == end_of_text) return 0;
    if (here() == '\n') return 1;
    if (here() != '\r') return -1;
    if (at(pos_ + 1) == '\n') return 2;
    return at(pos_ + 1) == end_of_text ? 1 : -1;
  }

  // False at the end of the text.
  bool skip_between() {
    while (here() != end_of_text) {
      if (blank(here())) {
        ++pos_;
      } else if (line_end() > 0) {
        pos_ += static_cast<std::size_t>(line_end());
      } else if (here() == '#' && comment_is_good()) {
        while (here() != end_of_text && here() != '\n') ++pos_;
      } else {
        return true;
      }
    }
    return false;
  }
  bool comment_is_good() const {
    if (!upstream_) return true;
    for (std::size_t i = pos_; at(i) != end_of_text && at(i) != '\n'; ++i) {
      const bool line_ends = at(i) == '\r' && (at(i + 1) == '\n' || at(i + 1) == end_of_text);
      if (control(at(i)) && !line_ends) return false;
    }
    return true;
  }

  void record() {
    name_ = {};
    tags_ = {};
    fields_ = {};
    if (here() == '#') bad();
    name_ = token(Kind::name);
    while (here() == ',') {
      ++pos_;
      tag();
    }
    if (!blank(here())) bad();
    while (blank(here())) ++pos_;
    field();
    while (here() == ',') {
      ++pos_;
      field();
    }
    ending();
  }

  void tag() {
    std::string key = token(Kind::tag);
    if (here() != '=') bad();
    ++pos_;
    set(tags_, key, token(Kind::tag));
  }
  static void set(Pairs& pairs, const std::string& key, const std::string& value) {
    for (auto& p : pairs) {
      if (p.first != key) continue;
      p.second = value;
      return;
    }
    pairs.emplace_back(key, value);
  }

  bool ends(int c, Kind kind) const {
    if (upstream_ && control(c)) return true;
    if (!upstream_ && one_of(c, "\t\n\f\r")) return true;
    return one_of(c, kind == Kind::name ? ", " : ",= ");
  }
  std::string token(Kind kind) {
    const std::size_t begin = pos_;
    while (here() != end_of_text && !ends(here(), kind)) {
      if (here() == '\\') {
        backslash(kind);
      } else {
        ++pos_;
      }
    }
    if (here() == end_of_text || pos_ == begin) bad();
    const std::string raw(text_.substr(begin, pos_ - begin));
    if (upstream_ && !valid_utf8(raw)) bad();
    return upstream_ ? upstream_text(raw, kind) : internal_text(raw, kind);
  }
  void backslash(Kind kind) {
    const int next = at(pos_ + 1);
    if (upstream_) {
      pos_ += one_of(next, kind == Kind::name ? ", " : ",= ") ? 2 : 1;
    } else if (kind == Kind::tag && next == '\\') {
      ++pos_;
    } else if (one_of(next, "\t\n\f\r")) {
      bad();
    } else {
      pos_ += next == end_of_text ? 1 : 2;
    }
  }
  static std::string without_escapes(const std::string& raw, std::string_view set) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\\' && i + 1 < raw.size() && one_of(raw[i + 1], set)) ++i;
      out += raw[i];
    }
    return out;
  }
  static std::string internal_text(const std::string& raw, Kind kind) {
    const bool name = kind == Kind::name;
    if (raw.find_first_of(name ? " ," : " ,=") == std::string::npos) return raw;
    return without_escapes(raw, name ? ", " : ",\" =");
  }
  static std::string upstream_text(const std::string& raw, Kind kind) {
    return without_escapes(raw, kind == Kind::name ? ", " : ",= ");
  }

  void field() {
    const std::string key = token(Kind::field);
    if (here() != '=') bad();
    ++pos_;
    set(fields_, key, here() == '"' ? string() : scalar());
  }
  std::string string() {
    std::string raw;
    for (++pos_; here() != '"'; ++pos_) {
      if (here() == end_of_text) bad();
      if (!upstream_) check_internal_byte();
      raw += string_byte();
    }
    if (upstream_ && !valid_utf8(raw)) bad();
    ++pos_;
    return testing::detail::quoted(raw);
  }

  // The internal reader refuses form feeds, bare carriage returns and escapes it does not know.
  void check_internal_byte() {
    const int next = at(pos_ + 1);
    const bool escape = here() == '\\' && !one_of(next, "\\\"");
    const bool control = here() == '\f' || (here() == '\r' && next != '\n');
    if (!escape && !control) return;
    if (here() != '\f' && next == end_of_text) ++pos_;
    bad();
  }
  // The byte here, or the one that an escape stands for; then pos_ is the escape's last.
  char string_byte() {
    const bool escape = here() == '\\';
    if (escape && one_of(at(pos_ + 1), upstream_ ? "\\\"nrt" : "\\\"")) {
      ++pos_;
      if (here() == 'n') return '\n';
      if (here() == 'r') return '\r';
      if (here() == 't') return '\t';
    }
    return static_cast<char>(here());
  }

  std::string scalar() {
    const std::size_t begin = pos_;
    while (here() != end_of_text && !one_of(here(), ",\n\r") && !blank(here())) ++pos_;
    const std::string word(text_.substr(begin, pos_ - begin));
    const auto value = is_number_begin(word) ? number(word) : boolean(word);
    if (value) return *value;
    if (here() != end_of_text) pos_ = begin;
    bad();
  }
  static bool is_number_begin(const std::string& word) {
    return !word.empty() && one_of(word[0], "-.0123456789");
  }
  static std::optional<std::string> boolean(const std::string& word) {
    for (const char* yes : {"t", "T", "true", "True", "TRUE"}) {
      if (word == yes) return "t";
    }
    for (const char* no : {"f", "F", "false", "False", "FALSE"}) {
      if (word == no) return "f";
    }
    return std::nullopt;
  }
  std::optional<std::string> number(const std::string& word) const {
    static const std::regex internal_int("-?(0|[1-9][0-9]*)i"), internal_uint("(0|[1-9][0-9]*)u"),
        any_int("-?[0-9]+i"), any_uint("[0-9]+u"),
        plain("-?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    // A regular expression of the standard library recurses once per character.
    if (word.size() > 2000) return std::nullopt;
    const std::string digits = word.substr(0, word.size() - 1);
    if (std::regex_match(word, upstream_ ? any_int : internal_int)) return integer(digits, 'i');
    if (std::regex_match(word, upstream_ ? any_uint : internal_uint)) return integer(digits, 'u');
    const std::string decimal = upstream_ ? without_groups(word) : word;
    const bool hex = upstream_ && word.find_first_of("xX") != std::string::npos;
    if (!hex && !std::regex_match(decimal, plain)) return std::nullopt;
    if (hex && !is_hex(word)) return std::nullopt;
    const double v = std::strtod(decimal.c_str(), nullptr);
    if (v - v != 0) return std::nullopt;
    std::array<char, 32> text{};
    return std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), v).ptr);
  }
  static bool is_hex(const std::string& word) {
    static const std::regex hex(
        "-?0[xX]((_?[0-9a-fA-F])+\\.?|\\.[0-9a-fA-F])[0-9a-fA-F]*[pP][-+]?[0-9]+");
    return std::regex_match(word, hex);
  }
  // 1_000 is 1000 where each underscore stands between digits.
  static std::string without_groups(const std::string& word) {
    static const std::regex group("([0-9])_(?=[0-9])");
    return std::regex_replace(word, group, "$1");
  }
  static std::optional<std::string> integer(const std::string& digits, char suffix) {
    __extension__ using Wide = __int128;
    const bool minus = digits[0] == '-';
    Wide v = 0;
    for (const char c : digits) {
      if (c != '-') v = v * 10 + (c - '0');
      if (v > Wide{std::numeric_limits<std::uint64_t>::max()}) return std::nullopt;
    }
    constexpr Wide int_max = std::numeric_limits<std::int64_t>::max();
    if (suffix == 'i' && v > int_max + (minus ? 1 : 0)) return std::nullopt;
    const std::string text = std::to_string(static_cast<std::uint64_t>(v));
    return (minus && v != 0 ? "-" : "") + text + suffix;
  }

  void ending() {
    time_ns_ = now_ns_ - now_ns_ % unit_ns_;
    if (blank(here())) {
      while (blank(here())) ++pos_;
      if (one_of(here(), "-0123456789")) timestamp();
      while (blank(here())) ++pos_;
    }
    const int end = line_end();
    if (end < 0) bad();
    pos_ += static_cast<std::size_t>(end);
  }
  void timestamp() {
    const std::size_t begin = pos_;
    while (one_of(here(), "-0123456789")) ++pos_;
    const std::string word(text_.substr(begin, pos_ - begin));
    static const std::regex internal("-?[0-9]{1,19}"), any("-?[0-9]+");
    const bool form = word.size() < 2000 && std::regex_match(word, upstream_ ? any : internal);
    const auto ticks = form ? integer(word, 'i') : std::nullopt;
    std::int64_t ns = 0;
    const bool fits =
        ticks && !__builtin_mul_overflow(std::strtoll(ticks->c_str(), nullptr, 10), unit_ns_, &ns);
    if (!ticks || (upstream_ && !fits)) {
      if (here() != end_of_text) pos_ = begin;
      bad();
    }
    time_ns_ = ns;
  }

  std::string printed() {
    std::sort(tags_.begin(), tags_.end());
    std::string out = testing::detail::escaped(name_, ", ");
    for (const auto& t : tags_) {
      out += "," + testing::detail::escaped(t.first, ",= ") + "=" +
             testing::detail::escaped(t.second, ",= ");
    }
    char before = ' ';
    for (const auto& f : fields_) {
      out += before + testing::detail::escaped(f.first, ",= ") + "=" + f.second;
      before = ',';
    }
    return out + " " + std::to_string(time_ns_);
  }

  static bool valid_utf8(const std::string& s) {
    static const std::regex character(
        "[\\x01-\\x7f]|[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|"
        "[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]|"
        "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|"
        "\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}");
    std::smatch match;
    for (auto from = s.begin(); from != s.end();) {
      if (*from >= 0) {
        ++from;
        continue;
      }
      if (!std::regex_search(from, s.end(), match, character,
                             std::regex_constants::match_continuous)) {
        return false;
      }
      from = match[0].second;
    }
    return true;
  }

  std::string_view text_;
  bool upstream_;
  std::int64_t unit_ns_, now_ns_;
  std::size_t pos_ = 0;
  std::string name_;
  Pairs tags_, fields_;
  std::int64_t time_ns_ = 0;
  Result result_;
};

}  // namespace weir::influx::reference
