#pragma once

// What one expression may cost, and what is thrown where it goes wrong.
//
// Errors     Error: the expression cannot be read, or cannot be applied to a value. at is a byte of
//            the expression.
// Limits     Reaching one of them is an Error, never a crash: an expression comes from a
//            configuration, but what it is applied to comes from outside.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace weir::jsonata {

constexpr int expression_levels_max = 400;          // brackets, operators and steps in each other
constexpr std::uint64_t stack_bytes_max = 1 << 20;  // of calls in each other: some 500
constexpr int value_levels_max = 1000;              // arrays and objects in each other
constexpr std::uint64_t steps_max = 10'000'000;     // of one evaluation
constexpr std::uint64_t bytes_max = 256ULL << 20U;  // made in one evaluation, kept or not
constexpr std::uint64_t result_bytes_max = 64ULL << 20U;

class Error : public std::runtime_error {
 public:
  Error(std::size_t where, const std::string& message) : std::runtime_error(message), at(where) {}
  std::size_t at;
};

// What one evaluation has cost so far.
class Budget {
 public:
  void step() {
    if (++steps_ > steps_max) throw Error(at_, "the expression takes too many steps");
  }
  void take(std::uint64_t bytes) {
    if (bytes > bytes_max - bytes_) throw Error(at_, "the expression takes too much memory");
    bytes_ += bytes;
  }
  // Where the evaluator is: what an error is about.
  void move_to(std::size_t at) { at_ = at; }
  std::size_t at() const { return at_; }
  [[noreturn]] void fail(const std::string& message) const { throw Error(at_, message); }

 private:
  std::uint64_t steps_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t at_ = 0;
};

}  // namespace weir::jsonata
