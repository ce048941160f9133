#pragma once

// The part of TOML that tests of plugins need: key = literal, arrays, inline tables, [table], [[table.array]],
// dotted and quoted keys, comments; strings in all four forms. No dates.
//
// Errors  bad_test with line and column.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/testing/failure.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  struct toml_member;

  struct toml {
    enum kind { string, integer, number, boolean, array, table };

    kind is = table;
    std::string text;
    std::int64_t i = 0;
    double f = 0;
    std::vector<toml> items;           // array
    std::vector<toml_member> members;  // table, in the order of the file
    std::uint32_t line = 0, col = 0;
    bool written_inline = false;  // [ ... ] and { ... } cannot be extended by headers

    const toml* find(std::string_view key) const;
  };

  struct toml_member {
    std::string key;
    toml value;
  };

  inline const toml* toml::find(std::string_view key) const {
    for (const toml_member& m : members) {
      if (m.key == key) return &m.value;
    }
    return nullptr;
  }

  namespace detail {

  class toml_reader {
   public:
    explicit toml_reader(std::string_view s) : s_(s) {}

    toml document() {
      toml root;
      toml* at = &root;
      for (skip_lines(); !done(); skip_lines()) {
        if (peek() == '[') {
          at = header(root);
        } else {
          key_value(*at);
        }
        end_of_line();
      }
      return root;
    }
    // One literal and nothing else.
    toml only() {
      skip_lines();
      toml v = literal();
      skip_lines();
      if (!done()) complain("something behind the value");
      return v;
    }

   private:
    bool done() const { return at_ >= s_.size(); }
    char peek(std::size_t ahead = 0) const {
      return at_ + ahead < s_.size() ? s_[at_ + ahead] : '\0';
    }
    bool take(std::string_view w) {
      return s_.substr(at_, w.size()) == w ? (at_ += w.size(), true) : false;
    }
    void expect(std::string_view w) {
      if (!take(w)) complain("'" + std::string(w) + "' is missing");
    }
    void skip_blanks() {
      while (peek() == ' ' || peek() == '\t') ++at_;
    }
    void skip_comment() {
      if (peek() == '#') {
        while (!done() && peek() != '\n') ++at_;
      }
    }
    void skip_lines() {
      for (;; ++at_) {
        skip_comment();
        if (done() || (peek() != ' ' && peek() != '\t' && peek() != '\n' && peek() != '\r')) return;
      }
    }
    void end_of_line() {
      skip_blanks();
      skip_comment();
      take("\r");
      if (!done() && peek() != '\n') complain("something behind the value");
    }
    [[noreturn]] void complain(const std::string& what) const {
      std::size_t line = 1;
      std::size_t from = 0;
      for (std::size_t i = 0; i < at_ && i < s_.size(); ++i) {
        if (s_[i] == '\n') ++line, from = i + 1;
      }
      throw bad_test("TOML " + std::to_string(line) + ":" + std::to_string(at_ - from + 1) + ": " +
                     what);
    }
    void place(toml& v) const {
      v.line = 1;
      std::size_t from = 0;
      for (std::size_t i = 0; i < at_; ++i) {
        if (s_[i] == '\n') ++v.line, from = i + 1;
      }
      v.col = static_cast<std::uint32_t>(at_ - from + 1);
    }

    static bool bare(char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    }
    std::string key_part() {
      skip_blanks();
      std::string k;
      if (peek() == '"' || peek() == '\'') {
        k = string_literal();
      } else {
        while (bare(peek())) k += s_[at_++];
      }
      if (k.empty() && peek(0) != '"') {
        if (at_ == 0 || (s_[at_ - 1] != '"' && s_[at_ - 1] != '\'')) complain("a key is missing");
      }
      skip_blanks();
      return k;
    }
    std::vector<std::string> path() {
      std::vector<std::string> p{key_part()};
      while (take(".")) p.push_back(key_part());
      return p;
    }
    // The table of that name; of an array of tables its last.
    toml& descend(toml& from, const std::string& k) {
      for (auto& m : from.members) {
        if (m.key != k) continue;
        if (m.value.written_inline) {
          complain("'" + k + "' was written inline and cannot be extended");
        }
        if (m.value.is == toml::array && !m.value.items.empty()) return m.value.items.back();
        if (m.value.is != toml::table) complain("'" + k + "' is not a table");
        return m.value;
      }
      return fresh(from, k);
    }
    toml& fresh(toml& in, const std::string& k) {
      if (in.find(k) != nullptr) complain("'" + k + "' is written twice");
      in.members.push_back({k, toml{}});
      place(in.members.back().value);
      return in.members.back().value;
    }
    toml* header(toml& root) {
      expect("[");
      const bool list = take("[");
      const std::vector<std::string> p = path();
      toml* at = &root;
      for (std::size_t i = 0; i + 1 < p.size(); ++i) at = &descend(*at, p[i]);
      at = list ? &append(*at, p.back()) : &descend(*at, p.back());
      expect(list ? "]]" : "]");
      return at;
    }
    toml& append(toml& in, const std::string& k) {
      if (in.find(k) == nullptr) fresh(in, k).is = toml::array;
      for (auto& m : in.members) {
        if (m.key != k) continue;
        if (m.value.is != toml::array || m.value.written_inline) {
          complain("'" + k + "' is not an array of tables");
        }
        m.value.items.emplace_back();
        place(m.value.items.back());
        return m.value.items.back();
      }
      complain("unreachable");
    }
    void key_value(toml& in) {
      const std::vector<std::string> p = path();
      toml* at = &in;
      for (std::size_t i = 0; i + 1 < p.size(); ++i) at = &descend(*at, p[i]);
      expect("=");
      skip_blanks();
      toml v = literal();
      fresh(*at, p.back()) = std::move(v);
    }

    toml literal() {
      toml v;
      place(v);
      const char c = peek();
      if (c == '"' || c == '\'') {
        v.is = toml::string, v.text = string_literal();
      } else if (c == '[') {
        array_literal(v);
      } else if (c == '{') {
        inline_table(v);
      } else {
        scalar(v);
      }
      return v;
    }
    void array_literal(toml& v) {
      v.is = toml::array;
      v.written_inline = true;
      expect("[");
      for (skip_lines(); !take("]"); skip_lines()) {
        v.items.push_back(literal());
        skip_lines();
        if (!take(",") && peek() != ']') complain("',' or ']' is missing");
      }
    }
    void inline_table(toml& v) {
      v.is = toml::table;
      expect("{");
      for (skip_lines(); !take("}"); skip_lines()) {
        key_value(v);
        skip_lines();
        if (!take(",") && peek() != '}') complain("',' or '}' is missing");
      }
      v.written_inline = true;
    }
    void scalar(toml& v) {
      std::string w;
      while (bare(peek()) || peek() == '+' || peek() == '.') w += s_[at_++];
      if (w == "true" || w == "false") {
        v.is = toml::boolean;
        v.i = w == "true" ? 1 : 0;
      } else if (!integer(w, v) && !number(w, v)) {
        complain("'" + w + "' is not a value");
      }
    }
    static std::string digits(const std::string& w) {
      std::string d;
      for (const char c : w) {
        if (c != '_' && !(c == '+' && d.empty())) d += c;
      }
      return d;
    }
    static bool integer(const std::string& w, toml& v) {
      std::string d = digits(w);
      int base = 10;
      if (d.size() > 2 && d[0] == '0') {
        base = d[1] == 'x' ? 16 : d[1] == 'o' ? 8 : d[1] == 'b' ? 2 : 10;
      }
      if (base != 10) d = d.substr(2);
      v.is = toml::integer;
      const auto end = std::from_chars(d.data(), d.data() + d.size(), v.i, base);
      return !d.empty() && end.ec == std::errc() && end.ptr == d.data() + d.size();
    }
    static bool number(const std::string& w, toml& v) {
      const std::string d = digits(w);
      v.is = toml::number;
      const auto end = std::from_chars(d.data(), d.data() + d.size(), v.f);
      return !d.empty() && end.ec == std::errc() && end.ptr == d.data() + d.size();
    }

    std::string string_literal() {
      if (take("\"\"\"")) return long_string("\"\"\"", true);
      if (take("'''")) return long_string("'''", false);
      const bool escapes = peek() == '"';
      const char quote = s_[at_++];
      std::string out;
      while (peek() != quote) {
        if (done() || peek() == '\n') complain("a string is not closed");
        one(out, escapes);
      }
      ++at_;
      return out;
    }
    std::string long_string(std::string_view close, bool escapes) {
      take("\r");
      take("\n");
      std::string out;
      while (!take(close)) {
        if (done()) complain("a string is not closed");
        one(out, escapes);
      }
      while (peek() == close[0]) out += s_[at_++];  // """" ends with a quote of the text
      return out;
    }
    void one(std::string& out, bool escapes) {
      const char c = s_[at_++];
      if (c != '\\' || !escapes) {
        out += c;
        return;
      }
      const char e = s_[at_++];
      switch (e) {
        case 'n': out += '\n'; return;
        case 'r': out += '\r'; return;
        case 't': out += '\t'; return;
        case 'b': out += '\b'; return;
        case 'f': out += '\f'; return;
        case '"':
        case '\\': out += e; return;
        case 'u': return code_point(out, 4);
        case 'U': return code_point(out, 8);
        case '\n':
        case ' ': return skip_lines();
        default: complain("unknown escape");
      }
    }
    void code_point(std::string& out, std::size_t n) {
      std::uint32_t u = 0;
      const char* first = s_.data() + at_;
      if (s_.size() - at_ < n || std::from_chars(first, first + n, u, 16).ptr != first + n) {
        complain("bad \\u escape");
      }
      at_ += n;
      const auto put = [&out](std::uint32_t b) {
        out += static_cast<char>(static_cast<unsigned char>(b));
      };
      if (u < 0x80) return put(u);
      if (u < 0x800) return put(0xc0 | (u >> 6)), put(0x80 | (u & 63));
      if (u < 0x10000) {
        return put(0xe0 | (u >> 12)), put(0x80 | ((u >> 6) & 63)), put(0x80 | (u & 63));
      }
      put(0xf0 | (u >> 18));
      put(0x80 | ((u >> 12) & 63));
      put(0x80 | ((u >> 6) & 63));
      put(0x80 | (u & 63));
    }

    std::string_view s_;
    std::size_t at_ = 0;
  };

  }  // namespace detail

  inline toml parse_toml(std::string_view text) { return detail::toml_reader(text).document(); }
  inline toml parse_literal(std::string_view text) { return detail::toml_reader(text).only(); }

}  // namespace testing
}  // namespace weir
