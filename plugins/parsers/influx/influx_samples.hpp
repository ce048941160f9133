#pragma once

// Random line protocol, valid and broken, for the differential tests.

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

namespace weir::influx {

class Samples {
 public:
  explicit Samples(std::uint64_t seed) : random_(seed) {}

  // A few lines from a small vocabulary, so that series and keys come again, some of them damaged.
  std::string text() {
    std::string out;
    const std::size_t n = pick(1, 12);
    for (std::size_t i = 0; i < n; ++i) out += line();
    if (one_in(3)) damage(out);
    return out;
  }
  std::size_t pick(std::size_t from, std::size_t to) {
    return std::uniform_int_distribution<std::size_t>(from, to)(random_);
  }
  bool one_in(std::size_t n) { return pick(1, n) == 1; }

 private:
  // Words divided by '|'. Mostly one of the first `usual`; in one of `odd` cases any.
  std::string_view word(std::string_view words, std::size_t usual, std::size_t odd) {
    const auto n = static_cast<std::size_t>(std::count(words.begin(), words.end(), '|')) + 1;
    for (std::size_t at = one_in(odd) ? pick(0, n - 1) : pick(0, usual - 1); at > 0; --at) {
      words.remove_prefix(words.find('|') + 1);
    }
    return words.substr(0, words.find('|'));
  }
  std::string_view name() {
    return word(
        "m|cpu|m\\ x|a=b|\\,|m\\\\|caf\xc3\xa9|\xff|m\\|#c|a_longer_name_than_sixteen_bytes", 2, 4);
  }
  std::string_view key() {
    return word(
        "a|b|host|usage_user|k\\ k|q\\\"\\ |=|\\=||z\\\\\\,|\x01|key_of_more_than_sixteen_bytes", 4,
        5);
  }
  std::string_view tag_value() {
    return word(
        "1|x|server01|a\\ "
        "b|c\\\\|\"|\\\\,d|\xe2\x82\xac||\xc3|t\te|a_tag_value_of_more_than_16_bytes",
        3, 5);
  }
  std::string_view value() {
    return word(
        "1|12.5|-3i|7u|t|\"s\"|0.1|1234567.891|-0.0|123456789012i|100|false|"
        "\"a longer string value, really\"|1e5|007i|1_0|0x1p2|+1|NaN|1e400|5.|.5|.|-|\"x\\\"\"|"
        "\"\\\\\"|\"\\n\"|\"a\nb\"|\"\r\n\"|\"\r\"|\"\f\"|\"|\"\xff\"|9223372036854775808i|"
        "18446744073709551615u|0.12345678901234567890123|123456789012345678901234567890|truE|"
        "1.0i|-1u|00|00i|1i2|",
        13, 4);
  }
  std::string_view blank() { return word(" |  |\t|\v|\f |", 1, 12); }
  std::string_view time() {
    return word(
        "1|1700000000000000000|-5|0||9223372036854775808|00000000000000000001|-|1-2|1x|99999999999",
        2, 6);
  }
  std::string_view end() { return word("\n|\r\n|\n\n|\r| \n|\n# c\n|", 1, 8); }
  std::string line() {
    if (one_in(20)) return "# a comment\n";
    std::string out;
    if (one_in(12)) out += blank();
    out += name();
    for (std::size_t n = pick(0, 3); n > 0; --n) {
      out.append(",").append(key()).append("=").append(tag_value());
    }
    out += blank();
    const std::size_t fields = one_in(30) ? pick(60, 140) : pick(1, 4);
    for (std::size_t i = 0; i < fields; ++i) {
      if (i != 0) out += ',';
      out.append(key()).append(i > 4 ? std::to_string(i) : "").append("=").append(value());
    }
    if (!one_in(6)) out.append(blank()).append(time());
    return out.append(end());
  }
  // Changes, removes, doubles or inserts a few bytes.
  void damage(std::string& s) {
    static constexpr char bytes[] = " ,=\"\\\n\r\t\f\v#-.0i\x00\x7f\xff";
    for (std::size_t n = pick(1, 4); n > 0 && !s.empty(); --n) {
      const std::size_t at = pick(0, s.size() - 1);
      const char c = bytes[pick(0, sizeof bytes - 2)];
      switch (pick(0, 3)) {
        case 0: s[at] = c; break;
        case 1: s.erase(at, pick(1, 3)); break;
        case 2: s.insert(at, 1, c); break;
        default: s.insert(at, s.substr(at, pick(1, 20)));
      }
    }
  }
  std::mt19937_64 random_;
};

}  // namespace weir::influx
