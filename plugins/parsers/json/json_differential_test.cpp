// The one-pass reader against the document reader: an object alone may take the fast way, the same
// object in an array never does.

#include <cstdlib>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/json/json.hpp"

namespace weir::json {
namespace {

constexpr const char* options =
    "tag_keys = ['t*', 'host']\njson_string_fields = ['s*', 'b']\njson_name_key = 'name'\n";
constexpr const char* with_time = "json_time_key = 'ts'\njson_time_format = 'unix'\n";

// Objects as sources make them, and now and then one that is spoiled.
class Samples {
 public:
  explicit Samples(std::uint64_t seed) : random_(seed) {}

  std::string object() {
    std::string out = "{";
    const std::size_t members = pick(0, 9);
    for (std::size_t i = 0; i < members; ++i) {
      out += (i == 0 ? "" : ",") + blank() + key() + ":" + blank() + value();
    }
    out += blank() + "}";
    if (one_in(12)) spoil(out);
    return out;
  }
  std::size_t pick(std::size_t from, std::size_t to) {
    return std::uniform_int_distribution<std::size_t>(from, to)(random_);
  }
  bool one_in(std::size_t n) { return pick(1, n) == 1; }

 private:
  template <std::size_t n>
  std::string one_of(const char* const (&words)[n]) {
    return words[pick(0, n - 1)];
  }
  std::string blank() { return one_in(6) ? one_of({" ", "\t", "\r\n", "   "}) : ""; }
  std::string key() {
    if (one_in(40)) return one_of({R"("")", R"("t\u0041")", "\"k\xc3\xa9\"", "\"\xff\"", "\"t\" "});
    if (one_in(20)) return "\"k" + std::to_string(pick(0, 300)) + "\"";
    return one_of({R"("t1")", R"("t2")", R"("host")", R"("s1")", R"("s2")", R"("b")", R"("a")",
                   R"("long_key_that_nobody_expects_to_be_so_long_as_this_one_is")", R"("name")",
                   R"("x")", R"("y")", R"("z")", R"("ts")"});
  }
  std::string value() {
    switch (pick(0, 9)) {
      case 0: return one_of({"true", "false", "null", "nul", "True"});
      case 1:
      case 2:
      case 3: return text();
      case 4: return one_of({"{}", "[]", R"({"t3":1,"q":"x"})", "[1,2]", R"([{"a":1}])"});
      default: return number();
    }
  }
  std::string text() {
    if (one_in(8)) {
      return one_of({R"("a\"b")", R"("\u00e9\n\/")", R"("\ud83d\ude00")", R"("\ud83d")", R"("\x")",
                     "\"\xc3\xa9\"", "\"\xff\xfe\"", "\"a\nb\"", R"("\)", R"("\u12")"});
    }
    return "\"" + std::string(pick(0, 40), 'v') + std::to_string(pick(0, 20)) + "\"";
  }
  std::string number() {
    if (one_in(5)) {
      return one_of({"0",
                     "-0",
                     "-0.0",
                     "0.0",
                     "01",
                     "-",
                     "1.",
                     ".5",
                     "1e5",
                     "1E-7",
                     "1e400",
                     "123456789012345678",
                     "12345678901234567890123",
                     "9007199254740993",
                     "1e-400",
                     "0.1234567890123456789",
                     "-1.5e+3",
                     "00.5",
                     "1.2.3",
                     "+1",
                     "1700000000.25"});
    }
    std::string out = (one_in(4) ? "-" : "") + std::to_string(pick(0, 100000));
    if (one_in(2)) out += "." + std::to_string(pick(0, 999));
    return out;
  }
  void spoil(std::string& text) {
    const std::size_t at = pick(0, text.size() - 1);
    if (one_in(2)) {
      text.resize(at);
    } else {
      text[at] = static_cast<char>(pick(0, 255));
    }
  }
  std::mt19937_64 random_;
};

// Rows, or that it failed.
struct Result {
  bool good;
  testing::lines rows;
  bool operator==(const Result&) const = default;
};

class Pair {
 public:
  explicit Pair(bool time)
      : alone_(testing::descriptor<JsonParser>(), std::string(options) + (time ? with_time : "")),
        in_array_(testing::descriptor<JsonParser>(),
                  std::string(options) + (time ? with_time : "")) {}
  // Often, so that the second time something is known.
  void compare_often(const std::string& text, std::size_t times) {
    for (; times > 0 && !::testing::Test::HasFatalFailure(); --times) compare(text);
  }

 private:
  void compare(const std::string& text) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
    const Result fast = parse(alone_, text);
    const Result slow = parse(in_array_, "[" + text + "]");
    // "1},{2" is two objects in an array, and none alone.
    const bool comparable = fast.good || text.find("},{") == std::string::npos;
    ASSERT_TRUE(fast.good == slow.good || !comparable) << text;
    ASSERT_TRUE(fast.rows == slow.rows || !comparable) << text;
  }
  static Result parse(testing::plugin& parser, const std::string& text) {
    const std::uint64_t bad = parser.host().bad_count();
    Result r{true, {}};
    try {
      r.rows = parser.parse(text);
    } catch (const std::exception&) {
      r.good = false;
    }
    r.good = r.good && parser.host().bad_count() == bad;
    return r;
  }
  testing::plugin alone_, in_array_;
};

void compare_many(std::uint64_t seed) {
  Samples samples(seed);
  Pair pair(seed % 2 == 0);
  for (int i = 0; i < 300; ++i) pair.compare_often(samples.object(), samples.pick(1, 3));
}

TEST(JsonDifferential, FastAndCarefulAgree) {
  const char* only = std::getenv("WEIR_SEED");
  const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  const std::uint64_t last = only != nullptr ? first : 60;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(compare_many(seed));
  }
}

}  // namespace
}  // namespace weir::json
