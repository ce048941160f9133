#include "plugins/common/parsing/scan.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

// Room for what the functions may read behind the text.
std::string padded(const std::string& text) { return text + std::string(32, ' '); }

TEST(Scan, FindsWhatEndsASeries) {
  for (std::size_t n = 0; n < 40; ++n) {
    for (const char stop : {' ', '\\', '\t', '\n', '\v', '\f', '\r'}) {
      const std::string text = padded(std::string(n, 'x') + stop);
      EXPECT_EQ(series_stop(text.data(), text.data() + n + 1) - text.data(),
                static_cast<std::ptrdiff_t>(n));
    }
  }
}

TEST(Scan, FindsWhatEndsAString) {
  const std::string text = padded("an = sign, a comma and a blank\"");
  EXPECT_EQ(*string_stop(text.data(), text.data() + text.size()), '"');
}

TEST(Scan, StopsAtTheLimit) {
  const std::string text = padded(std::string(20, 'x'));
  EXPECT_EQ(series_stop(text.data(), text.data() + 20), text.data() + 20);
  EXPECT_EQ(series_stop(text.data(), text.data()), text.data());
}

TEST(Scan, ComparesEveryByteAndNoOther) {
  const std::string a = padded(std::string(37, 'x'));
  for (std::uint32_t n = 0; n <= 37; ++n) {
    std::string b = padded(std::string(n, 'x') + "behind");
    EXPECT_TRUE(same(a.data(), b.data(), n)) << n;
    if (n == 0) continue;
    b[n - 1] = 'y';
    EXPECT_FALSE(same(a.data(), b.data(), n)) << n;
  }
}

TEST(Scan, SeesTheFirstByteThatIsNotAscii) {
  for (std::size_t n = 1; n < 40; ++n) {
    std::string text(n, '\x7f');
    EXPECT_TRUE(is_ascii(text.data(), n));
    text[n - 1] = '\x80';
    EXPECT_FALSE(is_ascii(text.data(), n));
  }
}

TEST(Scan, HashesDependOnEveryByteAndTheLength) {
  const std::string text(50, 'x');
  for (std::size_t n = 0; n < 50; ++n) {
    EXPECT_NE(series_hash(text.data(), n), series_hash(text.data(), n + 1));
    std::string other = text;
    other[n] = 'y';
    EXPECT_NE(series_hash(text.data(), 50), series_hash(other.data(), 50)) << n;
  }
}

}  // namespace
}  // namespace weir::common
