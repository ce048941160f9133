#pragma once

// Makes metrics up: constants, random numbers, waves, steps and prices.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <weir/weir.hpp>

namespace weir::mock {

struct Constant {
  std::string name;
  any value;
  static constexpr auto options =
      std::tuple{opt{"name", &Constant::name, nullptr, "Field"}.required(),
                 opt{"value", &Constant::value, nullptr, "String, number or boolean"}.required()};
};

struct Random {
  std::string name;
  double min{};
  double max{};
  static constexpr auto options =
      std::tuple{opt{"name", &Random::name, nullptr, "Field"}.required(),
                 opt{"min", &Random::min, "0.0", "Smallest value"},
                 opt{"max", &Random::max, "0.0", "Largest value"}};
};

struct SineWave {
  std::string name;
  double amplitude{};
  double period{};
  double phase{};
  double base_line{};
  static constexpr auto options = std::tuple{
      opt{"name", &SineWave::name, nullptr, "Field"}.required(),
      opt{"amplitude", &SineWave::amplitude, "0.0", "Height above the base line"},
      opt{"period", &SineWave::period, "0.0", "Half waves per gather: 0.5 is a wave of 4 gathers"},
      opt{"phase", &SineWave::phase, "0.0", "Where the wave begins, in radians"},
      opt{"base_line", &SineWave::base_line, "0.0", "Added to every value"}};

  double at(std::uint64_t round) const;
};

struct Step {
  std::string name;
  double start{};
  double step{};
  double latest = 0;
  static constexpr auto options =
      std::tuple{opt{"name", &Step::name, nullptr, "Field"}.required(),
                 opt{"start", &Step::start, "0.0", "First value"},
                 opt{"step", &Step::step, "0.0", "Added at each gather; may be negative"}};

  double at(std::uint64_t round);
};

struct Stock {
  std::string name;
  double price{};
  double volatility{};
  double latest = 0;
  static constexpr auto options =
      std::tuple{opt{"name", &Stock::name, nullptr, "Field"}.required(),
                 opt{"price", &Stock::price, "0.0", "First price"},
                 opt{"volatility", &Stock::volatility, "0.0",
                     "Largest change of a gather, as a share of the price"}};

  // chance: from -1 to 1, how the price moves.
  double next(double chance);
};

struct Mock {
  static constexpr info meta{"mock", "1.0.0", "Generate metrics for tests and demonstrations"};

  std::string metric_name;
  std::vector<Constant> constants;
  std::vector<Random> randoms;
  std::vector<SineWave> sine_waves;
  std::vector<Step> steps;
  std::vector<Stock> stocks;
  static constexpr auto options = std::tuple{
      opt{"metric_name", &Mock::metric_name, nullptr, "Name of the metric"}.required(),
      opt{"constant", &Mock::constants, "[]", "Fields with the same value every time"},
      opt{"random", &Mock::randoms, "[]", "Fields with a random number between two others"},
      opt{"sine_wave", &Mock::sine_waves, "[]", "Fields that swing around a base line"},
      opt{"step", &Mock::steps, "[]", "Fields that grow by the same amount every time"},
      opt{"stock", &Mock::stocks, "[]", "Fields that move like a price"}};

  void init();
  void gather(sink& out);

 private:
  double uniform(double from, double to);

  std::uint64_t round_ = 0;
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace weir::mock
