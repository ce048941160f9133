// $number, $round, $sum and their like.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <random>

#include "plugins/common/jsonata/functions.hpp"
#include "plugins/common/jsonata/json.hpp"
#include "plugins/common/text/go_number.hpp"

namespace weir::jsonata {
namespace {

Value number(Call& call) {
  const Value& v = call.arg(0);
  if (v.is_number()) return Value::number(v.as_number());
  if (const bool* b = v.as_boolean()) return Value::number(*b ? 1 : 0);
  Value read;
  const bool good = std::string_view("-0123456789").find(call.text(0)[0]) != std::string_view::npos;
  if (!good || !read_json(call.budget, call.text(0), Whole::as_double, read)) {
    call.budget.fail("$number: \"" + call.text(0).substr(0, 64) + "\" is no number");
  }
  return read;
}

Value absolute(Call& call) { return Value::number(std::fabs(call.number(0))); }
Value floor(Call& call) { return Value::number(std::floor(call.number(0))); }
Value ceil(Call& call) { return Value::number(std::ceil(call.number(0))); }

// v times 10^shift, as its decimal digits say: 4.525 with a shift of 2 is 452.5 exactly.
double shifted(double v, int shift) {
  std::array<char, 48> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), v, std::chars_format::scientific);
  const std::string digits(text.data(), end.ptr);
  const std::size_t e = digits.find('e');
  if (e == std::string::npos) return v;
  const int exponent = std::stoi(digits.substr(e + 1)) + shift;
  double out = v;
  common::parse_go_float(digits.substr(0, e + 1) + std::to_string(exponent), out);
  return out;
}

// To the even neighbour where both are as near.
double rounded(double v, int digits) {
  const double out = shifted(std::nearbyint(shifted(v, digits)), -digits);
  return out == 0 ? 0 : out;
}

Value round(Call& call) {
  constexpr double digits_max = 400;
  const double digits = std::clamp(call.number(1), -digits_max, digits_max);
  return Value::number(rounded(call.number(0), static_cast<int>(digits)));
}

Value power(Call& call) {
  const double v = std::pow(call.number(0), call.number(1));
  if (!std::isfinite(v)) call.budget.fail("the result of $power is no number");
  return Value::number(v);
}

Value root(Call& call) {
  if (call.number(0) < 0) call.budget.fail("a negative number has no square root");
  return Value::number(std::sqrt(call.number(0)));
}

Value random(Call&) {
  std::random_device device;
  return Value::number(std::uniform_real_distribution<double>(0, 1)(device));
}

Value format_base(Call& call) {
  const double base = call.has(1) ? rounded(call.number(1), 0) : 10;
  if (!(base >= 2 && base <= 36)) call.budget.fail("the base given to $formatBase is not 2 to 36");
  const double v = rounded(call.number(0), 0);
  if (!(std::fabs(v) < 9.2e18)) call.budget.fail("the number given to $formatBase is too large");
  std::array<char, 72> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(),
                                 static_cast<std::int64_t>(v), static_cast<int>(base));
  return make_text(call.budget, std::string(text.data(), end.ptr));
}

const Items& numbers_of(const Call& call) { return call.arg(0).as_array()->items; }

double total(const Items& items) {
  double sum = 0;
  for (const Value& v : items) sum += v.as_number();
  return sum;
}

Value sum(Call& call) {
  const double v = total(numbers_of(call));
  if (!std::isfinite(v)) call.budget.fail("the result of $sum is no number");
  return Value::number(v);
}

Value average(Call& call) {
  const Items& items = numbers_of(call);
  if (items.empty()) return {};
  return Value::number(total(items) / static_cast<double>(items.size()));
}

bool less(const Value& a, const Value& b) { return a.as_number() < b.as_number(); }

Value max(Call& call) {
  const Items& items = numbers_of(call);
  if (items.empty()) return {};
  return Value::number(std::max_element(items.begin(), items.end(), less)->as_number());
}

Value min(Call& call) {
  const Items& items = numbers_of(call);
  if (items.empty()) return {};
  return Value::number(std::min_element(items.begin(), items.end(), less)->as_number());
}

constexpr Builtin table[] = {{"number", "(nsb)-:n", number},
                             {"abs", "n-:n", absolute},
                             {"floor", "n-:n", floor},
                             {"ceil", "n-:n", ceil},
                             {"round", "n-n?:n", round},
                             {"power", "n-n:n", power},
                             {"sqrt", "n-:n", root},
                             {"random", ":n", random},
                             {"formatBase", "n-n?:s", format_base},
                             {"sum", "a<n>:n", sum},
                             {"average", "a<n>:n", average},
                             {"max", "a<n>:n", max},
                             {"min", "a<n>:n", min}};

}  // namespace

BuiltinTable number_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
