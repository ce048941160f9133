#include "plugins/inputs/mock/mock.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weir::mock {
namespace {

constexpr double least_price = 1.0;

void add(builder& metric, const Constant& c) {
  switch (c.value.type) {
    case WEIR_C_INT: metric.field(c.name, c.value.integer); break;
    case WEIR_C_FLOAT: metric.field(c.name, c.value.number); break;
    case WEIR_C_BOOL: metric.field(c.name, c.value.integer != 0); break;
    default: metric.field(c.name, c.value.text);
  }
}

}  // namespace

double SineWave::at(std::uint64_t round) const {
  const double angle = static_cast<double>(round) * period * std::numbers::pi + phase;
  return std::sin(angle) * amplitude + base_line;
}

double Step::at(std::uint64_t round) { return latest = round == 0 ? start : latest + step; }

double Stock::next(double chance) {
  if (latest == 0) return latest = price;
  return latest = std::max(latest + latest * volatility * chance, least_price);
}

void Mock::init() {
  if (metric_name.empty()) throw config_error("metric_name", "must not be empty");
  const bool any_field = !constants.empty() || !randoms.empty() || !sine_waves.empty() ||
                         !steps.empty() || !stocks.empty();
  if (!any_field) {
    throw config_error("", "at least one of constant, random, sine_wave, step or stock is needed");
  }
}

void Mock::gather(sink& out) {
  builder& metric = out.metric(metric_name);
  for (const Random& r : randoms) metric.field(r.name, uniform(r.min, r.max));
  for (Stock& s : stocks) metric.field(s.name, s.next(uniform(-1, 1)));
  for (const SineWave& w : sine_waves) metric.field(w.name, w.at(round_));
  for (Step& s : steps) metric.field(s.name, s.at(round_));
  for (const Constant& c : constants) add(metric, c);
  ++round_;
}

double Mock::uniform(double from, double to) {
  return from + std::uniform_real_distribution<>(0, 1)(dice_) * (to - from);
}

}  // namespace weir::mock

WEIR_MODULE("mock", "1.0.0", weir::mock::Mock)
