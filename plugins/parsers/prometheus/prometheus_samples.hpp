#pragma once

// Random expositions, valid and broken, for the differential tests.

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weir::prometheus_parser {

class Samples {
 public:
  explicit Samples(std::uint64_t seed) : random_(seed) {}

  // Some families from a small vocabulary, so that names, labels and whole lines come again in other
  // texts, some of them damaged.
  std::string text() {
    std::string out;
    for (std::size_t n = pick(1, 6); n > 0; --n) out += family();
    if (one_in(4)) damage(out);
    return out;
  }
  std::size_t pick(std::size_t from, std::size_t to) {
    return std::uniform_int_distribution<std::size_t>(from, to)(random_);
  }
  bool one_in(std::size_t n) { return pick(1, n) == 1; }

 private:
  using Words = std::vector<std::string_view>;
  // Mostly one of the first `usual`; in one of `odd` cases any.
  std::string word(const Words& words, std::size_t usual, std::size_t odd) {
    return std::string(words[one_in(odd) ? pick(0, words.size() - 1) : pick(0, usual - 1)]);
  }
  std::string name() {
    return word(
        {"up", "http_requests_total", "lat", "lat_seconds", "rpc", "a:b", "lat_count", "x_sum",
         "_count", "x", "9x", "caf\xc3\xa9", "a_name_that_is_longer_than_sixteen_bytes"},
        6, 5);
  }
  std::string type() {
    return word({"counter", "gauge", "histogram", "summary", "untyped", "COUNTER", "unknown",
                 "info", "gaugehistogram", "counter x", ""},
                5, 6);
  }
  std::string value() {
    return word({"1",
                 "1027",
                 "36.6",
                 "-1.5e3",
                 "1.7560473e+07",
                 "0.30000000000000004",
                 "NaN",
                 "+Inf",
                 "-Inf",
                 "12345678901234567890",
                 "1e400",
                 "0x10",
                 "1_0",
                 "1.",
                 ".5",
                 "-",
                 "",
                 "inf",
                 "+3",
                 "1e-320",
                 "4.9e-324",
                 "-0",
                 "2.9",
                 "1e22"},
                6, 3);
  }
  std::string time() {
    return word({"", " 1395066363000", " 0", " -1", " 99999999999999999", " 9223372036855",
                 "  1700000000123", " x", " 1 2", " \t", "\r", " 9223372036854"},
                2, 10);
  }
  std::string label(std::size_t i) {
    const std::string key = word(
        {"code", "method", "le", "quantile", "a", "__name__", "\"quoted.name\"", "9", "k:k"}, 2, 4);
    const std::string text =
        word({"200", "post", "a b", "c\\\"d\\\\e\\nf", "", "\xe2\x82\xac", "}", ",", "\\t", "\xff",
              "a_value_that_is_longer_than_sixteen_bytes", "0.5", "+Inf"},
             4, 4);
    const std::string equals = word({"=", " = ", ""}, 1, 30);
    return key + (i > 1 && !one_in(6) ? std::to_string(i) : "") + equals + "\"" + text + "\"";
  }
  std::string labels(const std::string& part) {
    const std::size_t n = pick(0, 3);
    std::string out;
    if (!part.empty()) out = part;
    for (std::size_t i = 0; i < n; ++i) {
      out += (out.empty() ? "" : word({",", ", "}, 1, 8)) + label(i);
    }
    if (out.empty()) return one_in(8) ? "{}" : "";
    return word({"{", " {"}, 1, 20) + out + word({"}", ",}", " }"}, 1, 10);
  }
  std::string sample(const std::string& series) {
    return series + word({" ", "  ", "\t", ""}, 1, 15) + value() + time() + "\n";
  }

  std::string family() {
    const std::string family = name();
    const std::string is = type();
    std::string out;
    if (one_in(2)) out += "# HELP " + family + " Some words\n";
    if (!one_in(4)) out += "# TYPE " + family + " " + is + "\n";
    if (one_in(10)) out += word({"\n", "#\n", "# a comment\n", "  \n", "#TYPE x counter\n"}, 5, 1);
    const std::size_t n = pick(1, 4);
    for (std::size_t i = 0; i < n; ++i) {
      if (is == "histogram" || is == "summary") {
        out += composed(family, is == "histogram");
      } else {
        out += sample(family + labels(""));
      }
    }
    if (one_in(6)) {
      out += sample(word({"{\"quoted.metric\"}", "{\"q\",a=\"b\"}", "{a=\"b\"}"}, 3, 1));
    }
    return out;
  }
  std::string composed(const std::string& family, bool histogram) {
    std::string out;
    const std::string rest = one_in(2) ? "" : "," + label(0);
    const Words bounds = {"0.5", "1", "2.5", "+Inf", "0.99", "1e6", "x", "", "NaN"};
    for (std::size_t n = pick(0, 4); n > 0; --n) {
      const std::string at =
          std::string(histogram ? "le" : "quantile") + "=\"" + word(bounds, 4, 6) + "\"";
      out += sample(family + (histogram ? "_bucket" : "") + "{" + at + rest + "}");
    }
    const std::string same = rest.empty() ? "" : "{" + rest.substr(1) + "}";
    if (!one_in(5)) out += sample(family + "_sum" + same);
    if (!one_in(5)) out += sample(family + "_count" + same);
    if (one_in(10)) out += sample(family + same);
    return out;
  }
  // Changes, removes, doubles or inserts a few bytes.
  void damage(std::string& s) {
    static constexpr char bytes[] = " {}=\"\\\n\r\t,#_.0e\x00\x7f\xff";
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

}  // namespace weir::prometheus_parser
