// Goal: the parser and the reference agree on rows and bad lines, also where the parser knows the
// lines from texts before, in which they meant something else.
// Method: many seeds; run one alone with WEIR_SEED=123.

#include <algorithm>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/prometheus/prometheus.hpp"
#include "plugins/parsers/prometheus/prometheus_reference.hpp"
#include "plugins/parsers/prometheus/prometheus_samples.hpp"

namespace weir::prometheus_parser {
namespace {

constexpr std::int64_t now_ns = 1'700'000'000'123'456'789;

// One parser sees many texts, so that its memory is warm.
class Pair {
 public:
  Pair(int version, bool ignore)
      : version_(version),
        ignore_(ignore),
        parser_(testing::descriptor<PrometheusParser>(),
                "prometheus_metric_version = " + std::to_string(version) +
                    "\nprometheus_ignore_timestamp = " + (ignore ? "true" : "false")) {
    parser_.host().set_now(now_ns);
    parser_.format().kind = true;
  }

  void compare(const std::string& text) {
    const auto expected = reference::ReferenceParser(text, version_, ignore_, now_ns).parse();
    const std::uint64_t before = parser_.host().bad_count();
    const std::size_t reports = parser_.host().bad().size();
    ASSERT_EQ(reference::sorted(parser_.parse_document(text)), reference::sorted(expected.rows))
        << text;
    ASSERT_EQ(parser_.host().bad_count() - before, expected.bad_lines.size()) << text;
    for (std::size_t i = 0; i < std::min<std::size_t>(expected.bad_lines.size(), 16); ++i) {
      ASSERT_EQ(parser_.host().bad()[reports + i].line, expected.bad_lines[i]) << text;
    }
  }

 private:
  int version_;
  bool ignore_;
  testing::plugin parser_;
};

TEST(PrometheusDifferential, AgreesWithTheReference) {
  const char* only = std::getenv("WEIR_SEED");
  const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  const std::uint64_t last = only != nullptr ? first : 16;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Samples samples(seed);
    Pair pair(seed % 2 == 0 ? 1 : 2, seed % 5 == 0);
    for (int i = 0; i < 100; ++i) {
      const std::string text = samples.text();
      for (int pass = 0; pass < 1 + i % 2; ++pass) ASSERT_NO_FATAL_FAILURE(pair.compare(text));
    }
  }
}

// Goal: the main part of a text and its tail.
TEST(PrometheusDifferential, AgreesOnLongTexts) {
  Samples samples(99);
  Pair one(1, false);
  Pair two(2, false);
  for (int i = 0; i < 20; ++i) {
    std::string text;
    while (text.size() < 20000) text += samples.text();
    ASSERT_NO_FATAL_FAILURE(one.compare(text));
    ASSERT_NO_FATAL_FAILURE(two.compare(text));
  }
}

TEST(PrometheusDifferential, AgreesOnVeryLongTokens) {
  Pair pair(2, false);
  for (const std::size_t n : {15U, 16U, 17U, 47U, 63U, 64U, 65U, 1000U, 3000U}) {
    const std::string x(n, 'x');
    const std::string digits(n, '7');
    const std::string text = x + " 1\n" + x + "{" + x + "=\"" + x + "\"} " + digits + "\na " +
                             digits + "." + digits + "\na 1 " + digits + "\n" +
                             std::string(n, ' ') + "b" + std::string(n, ' ') + "1" +
                             std::string(n, ' ') + "5" + std::string(n, ' ') + "\n# " + x + "\n";
    for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(pair.compare(text + text));
  }
}

}  // namespace
}  // namespace weir::prometheus_parser
