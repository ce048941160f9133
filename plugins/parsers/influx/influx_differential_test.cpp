// Goal: the parser and the reference agree on rows and bad records, however the text is cut.
// Method: many seeds; run one alone with WEIR_SEED=123.

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/influx/influx.hpp"
#include "plugins/parsers/influx/influx_reference.hpp"
#include "plugins/parsers/influx/influx_samples.hpp"

namespace weir::influx {
namespace {

constexpr std::int64_t now_ns = 1'700'000'000'123'456'789;

std::uint64_t bad_since(testing::host& host, std::uint64_t before) {
  return host.bad_count() - before;
}

// One parser sees many texts, so that its memo is warm.
class Pair {
 public:
  explicit Pair(bool upstream)
      : upstream_(upstream),
        parser_(upstream ? testing::descriptor<InfluxUpstreamParser>()
                         : testing::descriptor<InfluxParser>()) {
    parser_.host().set_now(now_ns);
  }

  void compare(const std::string& text, Samples& samples) {
    const auto expected = reference::ReferenceParser(text, upstream_, 1, now_ns).parse();
    testing::host& host = parser_.host();
    std::uint64_t before = host.bad_count();
    const std::size_t reports = host.bad().size();
    ASSERT_EQ(parser_.parse(text), expected.rows) << text;
    ASSERT_EQ(bad_since(host, before), expected.bad_lines.size()) << text;
    for (std::size_t i = 0; i < std::min<std::size_t>(expected.bad_lines.size(), 16); ++i) {
      ASSERT_GE(host.bad()[reports + i].line, expected.bad_lines[i]) << text;
    }
    before = host.bad_count();
    const std::size_t piece = samples.pick(1, text.size() + 1);
    ASSERT_EQ(parser_.parse_stream(text, piece), expected.rows) << piece << " of " << text;
    ASSERT_EQ(bad_since(host, before), expected.bad_lines.size()) << piece << " of " << text;
    ASSERT_EQ(parser_.left_over(), "");
  }

 private:
  bool upstream_;
  testing::plugin parser_;
};

TEST(InfluxDifferential, AgreesWithTheReference) {
  const char* only = std::getenv("WEIR_SEED");
  const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  const std::uint64_t last = only != nullptr ? first : 40;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Samples samples(seed);
    Pair pair(seed % 3 == 0);
    for (int i = 0; i < 100; ++i) ASSERT_NO_FATAL_FAILURE(pair.compare(samples.text(), samples));
  }
}

// Goal: the main part of a text and its tail, where a record crosses from one to the other.
TEST(InfluxDifferential, AgreesOnLongTexts) {
  Samples samples(99);
  Pair pair(false);
  Pair upstream(true);
  for (int i = 0; i < 30; ++i) {
    std::string text;
    while (text.size() < 20000) text += samples.text();
    ASSERT_NO_FATAL_FAILURE(pair.compare(text, samples));
    ASSERT_NO_FATAL_FAILURE(upstream.compare(text, samples));
  }
}

TEST(InfluxDifferential, AgreesOnVeryLongTokens) {
  Samples samples(7);
  Pair pair(false);
  for (const std::size_t n : {15U, 16U, 17U, 63U, 64U, 65U, 191U, 192U, 193U, 1000U, 5000U}) {
    const std::string x(n, 'x');
    const std::string digits(n, '7');
    const std::string text = x + "," + x + "=" + x + " " + x + "=1," + x + "2=\"" + x +
                             "\" 1\nm a=" + digits + " 2\nm a=" + digits + "." + digits +
                             " 3\nm a=" + digits + "i 4\nm a=1 " + digits + "\n" +
                             std::string(n, ' ') + "m" + std::string(n, ' ') + "a=1" +
                             std::string(n, ' ') + "5" + std::string(n, ' ') + "\n#" + x + "\n";
    for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(pair.compare(text + text, samples));
  }
}

}  // namespace
}  // namespace weir::influx
