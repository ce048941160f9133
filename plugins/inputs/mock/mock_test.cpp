#include "plugins/inputs/mock/mock.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::mock {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using weir::testing::plugin;

class MockTest : public testing::Test {
 public:
  // A violation that the kit finds at its end ends the program.
  ~MockTest() noexcept override = default;

 protected:
  void use(const std::string& fields) {
    mock_.emplace(weir::testing::descriptor<Mock>(), "metric_name = 'm'\n" + fields);
    mock_->format().time = false;
  }
  lines gather() { return mock_->gather(); }
  // The only field's value.
  double number() {
    const lines rows = gather();
    return std::stod(rows.at(0).substr(rows.at(0).find('=') + 1));
  }
  std::optional<plugin> mock_;
};

TEST_F(MockTest, KeepsTheTypeOfAConstant) {
  use("[[constant]]\nname = 'i'\nvalue = 42\n[[constant]]\nname = 'f'\nvalue = 1.0\n"
      "[[constant]]\nname = 'b'\nvalue = true\n[[constant]]\nname = 's'\nvalue = 'text'");
  EXPECT_EQ(gather(), (lines{"m i=42i,f=1,b=t,s=\"text\""}));
  EXPECT_EQ(gather(), (lines{"m i=42i,f=1,b=t,s=\"text\""}));
}

TEST_F(MockTest, Steps) {
  use("[[step]]\nname = 's'\nstart = 1.0\nstep = -0.5");
  EXPECT_EQ(gather(), lines{"m s=1"});
  EXPECT_EQ(gather(), lines{"m s=0.5"});
  EXPECT_EQ(gather(), lines{"m s=0"});
}

// Goal: the values of Telegraf's example.
TEST_F(MockTest, Swings) {
  use("[[sine_wave]]\nname = 'w'\namplitude = 10.0\nperiod = 0.2");
  for (const double expected : {0.0, 5.877852522924732, 9.510565162951535, 9.510565162951536}) {
    EXPECT_NEAR(number(), expected, 1e-12);
  }
}

TEST_F(MockTest, SwingsAroundItsBaseLineFromItsPhase) {
  use("[[sine_wave]]\nname = 'w'\namplitude = 2.0\nperiod = 1.0\nphase = 1.5707963267948966\n"
      "base_line = 5.0");
  EXPECT_NEAR(number(), 7, 1e-12);
  EXPECT_NEAR(number(), 3, 1e-12);
}

TEST_F(MockTest, StaysBetweenItsLimits) {
  use("[[random]]\nname = 'r'\nmin = -1.0\nmax = 6.0");
  double least = 6, most = -1;
  for (int i = 0; i < 1000; ++i) {
    const double n = number();
    least = std::min(least, n);
    most = std::max(most, n);
  }
  EXPECT_GE(least, -1.0);
  EXPECT_LE(most, 6.0);
  EXPECT_LT(least, -0.5);  // a thousand throws reach both ends
  EXPECT_GT(most, 5.5);
}

TEST_F(MockTest, MovesAPriceByItsVolatility) {
  use("[[stock]]\nname = 'p'\nprice = 50.0\nvolatility = 0.2");
  double price = number();
  EXPECT_EQ(price, 50.0);
  for (int i = 0; i < 100; ++i) {
    const double next = number();
    EXPECT_LE(std::abs(next - price), price * 0.2 + 1e-9);
    EXPECT_GE(next, 1.0);
    price = next;
  }
}

TEST(Stock, IsNeverWorthLessThanOne) {
  Stock s;
  s.price = 2;
  s.volatility = 1;
  EXPECT_EQ(s.next(-1), 2);
  EXPECT_EQ(s.next(-1), 1);
}

TEST(MockConfig, NeedsANameAndAField) {
  const auto status = [](const std::string& toml) {
    return failure_of([&] { plugin p(weir::testing::descriptor<Mock>(), toml); }).status;
  };
  EXPECT_EQ(status("metric_name = 'm'"), WEIR_E_CONFIG);
  EXPECT_EQ(status("[[step]]\nname = 's'"), WEIR_E_CONFIG);
  EXPECT_EQ(status("metric_name = ''\n[[step]]\nname = 's'"), WEIR_E_CONFIG);
  EXPECT_EQ(status("metric_name = 'm'\n[[constant]]\nname = 's'"), WEIR_E_CONFIG);
  EXPECT_EQ(status("metric_name = 'm'\n[[step]]\nname = 's'"), WEIR_OK);
}

}  // namespace
}  // namespace weir::mock
