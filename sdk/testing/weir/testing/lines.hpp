#pragma once

// Rows as text, so that tests compare vectors of strings.
//
//   metric  name,tag=v,tag2=v2 a=1i,b=2u,c=1.5,d=t,e="s" 1234
//   raw     raw record|document|stream session=1 [last] "bytes" tag=v,tag2=v2
//
// Printed: tags in their order (sorted), fields in theirs, doubles as the shortest text that reads back, time in
// nanoseconds; a metric's kind behind the time where the format asks for it (`... 1234 counter`).
// Read: the same; time, kind, tags and session may be missing. A backslash makes the next byte an ordinary one;
// \n, \r, \t and \xHH are bytes.
//
// Errors  read() throws bad_test.

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <weir/builder.hpp>
#include <weir/testing/failure.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  using lines = std::vector<std::string>;

  // What print() shows beside name, tags and fields.
  struct row_format {
    bool time = true;
    bool kind = false;
  };

  namespace detail {

  inline constexpr std::array<const char*, 5> kind_names{"untyped", "counter", "gauge", "histogram",
                                                         "summary"};
  inline constexpr std::array<const char*, 4> raw_kind_names{"", "record", "document", "stream"};

  // Puts a backslash before the bytes of special, and writes control bytes by their names.
  inline std::string escaped(std::string_view s, std::string_view special) {
    constexpr const char* hex = "0123456789abcdef";
    std::string out;
    for (const char c : s) {
      const auto u = static_cast<unsigned char>(c);
      if (c == '\n') {
        out += "\\n";
      } else if (c == '\r') {
        out += "\\r";
      } else if (c == '\t') {
        out += "\\t";
      } else if (u < 0x20 || u == 0x7f) {
        out.append("\\x").append({hex[u >> 4], hex[u & 15]});
      } else if (c == '\\' || special.find(c) != std::string_view::npos) {
        out.append({'\\', c});
      } else {
        out += c;
      }
    }
    return out;
  }
  inline std::string quoted(std::string_view s) { return '"' + escaped(s, "\"") + '"'; }

  inline std::string print_value(const value& v) {
    std::array<char, 32> text{};
    switch (v.type()) {
      case WEIR_I64: return std::to_string(v.i64()) + 'i';
      case WEIR_U64: return std::to_string(v.u64()) + 'u';
      case WEIR_F64:
        return {text.data(), std::to_chars(text.data(), text.data() + text.size(), v.f64()).ptr};
      case WEIR_BOOL: return v.boolean() ? "t" : "f";
      default: return quoted(v.str());
    }
  }
  inline std::string print_tags(const row& r, std::string_view before_each) {
    std::string out;
    for (const auto& t : r.tags()) {
      out.append(out.empty() ? before_each : ",")
          .append(escaped(t.key, ",= "))
          .append("=")
          .append(escaped(t.value, ",= "));
    }
    return out;
  }
  inline std::string print_raw(const row& r) {
    std::string out = "raw ";
    out.append(raw_kind_names[r.kind()]).append(" session=").append(std::to_string(r.session()));
    if (r.last()) out += " last";
    return out.append(" ").append(quoted(r.message())).append(print_tags(r, " "));
  }
  inline std::string print_metric(const row& r, row_format format) {
    std::string out = escaped(r.name(), ", ") + print_tags(r, ",");
    char before = ' ';
    for (const auto& f : r.fields()) {
      out.append({before}).append(escaped(f.key, ",= ")).append("=").append(print_value(f.value));
      before = ',';
    }
    if (format.time) out.append(" ").append(std::to_string(r.time_ns()));
    if (format.kind) out.append(" ").append(kind_names[r.kind()]);
    return out;
  }

  // Reads one line into a builder.
  class line_reader {
   public:
    line_reader(std::string_view line, builder& to) : line_(line), to_(to) {}

    void read() {
      if (is_raw()) return read_raw();
      to_.metric(word(", "));
      read_tags(',');
      skip_space();
      do {
        const std::string k = word("=");
        expect('=');
        read_value(k);
      } while (take(','));
      read_time_and_kind();
      if (at_ != line_.size()) complain("something behind the end");
    }

   private:
    bool is_raw() const {
      for (const char* k : {"raw record ", "raw document ", "raw stream "}) {
        if (line_.substr(0, std::strlen(k)) == k && line_.find('"') != std::string_view::npos) {
          return true;
        }
      }
      return false;
    }
    void read_raw() {
      at_ = 4;
      const std::string name = word(" ");
      std::uint8_t kind = WEIR_RAW_RECORD;
      while (name != raw_kind_names[kind]) ++kind;
      skip_space();
      std::uint32_t session = 0;
      if (take_word("session=")) session = static_cast<std::uint32_t>(std::stoul(word(" ")));
      skip_space();
      const bool last = take_word("last ");
      to_.raw(text(), kind, session, last);
      if (take(' ')) read_tag_list();
    }
    void read_tags(char before) {
      if (take(before)) read_tag_list();
    }
    void read_tag_list() {
      do {
        const std::string k = word("=");
        expect('=');
        to_.tag(k, word(", "));
      } while (take(','));
    }
    void read_value(const std::string& k) {
      if (peek() == '"') {
        to_.field(k, std::string_view(text()));
        return;
      }
      const std::string v = word(", ");
      if (v == "t" || v == "true") {
        to_.field(k, true);
      } else if (v == "f" || v == "false") {
        to_.field(k, false);
      } else if (!v.empty() && v.back() == 'i') {
        to_.field(k, number<std::int64_t>(v.substr(0, v.size() - 1)));
      } else if (!v.empty() && v.back() == 'u') {
        to_.field(k, number<std::uint64_t>(v.substr(0, v.size() - 1)));
      } else {
        to_.field(k, number<double>(v));
      }
    }
    void read_time_and_kind() {
      skip_space();
      std::string w = word(" ");
      if (!w.empty() && (w[0] == '-' || (w[0] >= '0' && w[0] <= '9'))) {
        to_.time(number<std::int64_t>(w));
        skip_space();
        w = word(" ");
      }
      if (w.empty()) return;
      const auto* found = std::find(kind_names.begin(), kind_names.end(), w);
      if (found == kind_names.end()) complain("'" + w + "' is neither a time nor a kind");
      to_.kind(static_cast<std::uint8_t>(found - kind_names.begin()));
    }
    template <typename T>
    T number(const std::string& s) const {
      T v{};
      const auto end = std::from_chars(s.data(), s.data() + s.size(), v);
      if (s.empty() || end.ec != std::errc() || end.ptr != s.data() + s.size()) {
        complain("'" + s + "' is not a number");
      }
      return v;
    }
    char peek() const { return at_ < line_.size() ? line_[at_] : '\0'; }
    bool take(char c) { return peek() == c && c != '\0' ? (++at_, true) : false; }
    bool take_word(std::string_view w) {
      return line_.substr(at_, w.size()) == w ? (at_ += w.size(), true) : false;
    }
    void expect(char c) {
      if (!take(c)) complain(std::string("'") + c + "' is missing");
    }
    void skip_space() {
      while (take(' ')) {
      }
    }
    // Up to an unescaped byte of stop.
    std::string word(std::string_view stop) {
      std::string out;
      while (at_ < line_.size() && stop.find(line_[at_]) == std::string_view::npos) out += one();
      return out;
    }
    std::string text() {
      expect('"');
      std::string out;
      while (at_ < line_.size() && line_[at_] != '"') out += one();
      expect('"');
      return out;
    }
    char one() {
      const char c = line_[at_++];
      if (c != '\\' || at_ == line_.size()) return c;
      const char e = line_[at_++];
      switch (e) {
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'x': return hex();
        default: return e;
      }
    }
    char hex() {
      unsigned v = 0;
      const char* first = line_.data() + at_;
      const bool two =
          line_.size() - at_ >= 2 && std::from_chars(first, first + 2, v, 16).ptr == first + 2;
      if (!two) complain("\\x needs two hexadecimal digits");
      at_ += 2;
      return static_cast<char>(v);
    }
    [[noreturn]] void complain(const std::string& what) const {
      throw bad_test("row \"" + std::string(line_) + "\", byte " + std::to_string(at_) + ": " +
                     what);
    }

    std::string_view line_;
    builder& to_;
    std::size_t at_ = 0;
  };

  }  // namespace detail

  // One row as text. raw: true when its block holds raw messages.
  inline std::string print(const row& r, row_format format = {}) {
    const bool raw = r.home().head().signal == WEIR_SIG_RAW;
    return raw ? detail::print_raw(r) : detail::print_metric(r, format);
  }
  // The selected rows of a batch.
  inline lines print(const batch& b, row_format format = {}) {
    lines out;
    for (const row r : b) out.push_back(print(r, format));
    return out;
  }

  // Adds rows to a builder; those without a time get the builder's.
  inline void read(const lines& rows, builder& to) {
    for (const std::string& l : rows) detail::line_reader(l, to).read();
  }

  // Bytes aligned as a host's buffers are.
  class block_memory {
   public:
    block_memory() = default;
    explicit block_memory(std::size_t bytes)
        : data_(static_cast<std::uint8_t*>(
              ::operator new(bytes == 0 ? 1 : bytes, std::align_val_t{64}))),
          size_(bytes) {}
    block_memory(const block_memory&) = delete;
    block_memory& operator=(const block_memory&) = delete;
    block_memory(block_memory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    block_memory& operator=(block_memory&& other) noexcept {
      std::swap(data_, other.data_);
      std::swap(size_, other.size_);
      return *this;
    }
    ~block_memory() {
      if (data_ != nullptr) ::operator delete(data_, std::align_val_t{64});
    }
    std::uint8_t* data() const { return data_; }
    std::size_t size() const { return size_; }
    const weir_batch* head() const { return reinterpret_cast<const weir_batch*>(data_); }

   private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
  };

  // A sealed batch of the rows, with the slack that builders leave.
  inline block_memory make_batch(const lines& rows, std::int64_t now_ns) {
    builder b;
    b.set_now(now_ns);
    read(rows, b);
    block_memory m(b.bytes());
    b.seal(m.data());
    return m;
  }

}  // namespace testing
}  // namespace weir
