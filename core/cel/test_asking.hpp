#pragma once

// Asks expressions about one metric, for tests.

#include <string>
#include <string_view>

#include <weir/testing/lines.hpp>

#include "core/cel/expression.hpp"

namespace weir::cel {

// What an expression has to say.
struct Case {
  std::string_view text;
  Answer answer;
};

inline constexpr std::string_view asked_metric =
    "cpu,dc=eu,host=a i=5i,u=7u,f=2.5,b=t,s=\"text\",z=5 1700000000123456789";

// failed, too, where the expression is refused; why then begins with "refused".
inline Answer ask(std::string_view text, std::string& why, std::string_view metric = asked_metric) {
  Fault fault;
  const auto expression = Expression::compile(text, fault);
  if (!expression) {
    why = "refused at " + std::to_string(fault.offset) + ": " + fault.message;
    return Answer::failed;
  }
  const weir::testing::block_memory made = weir::testing::make_batch({std::string(metric)}, 0);
  const block home(made.head());
  Evaluator evaluator(*expression, 1'800'000'000'000'000'000);
  const Answer answer = evaluator.ask(row(home, home.rows()[0]));
  why = evaluator.failure();
  return answer;
}

// Whether it says so, and is not refused.
inline bool says(const Case& wanted, std::string& why) {
  return ask(wanted.text, why) == wanted.answer && !why.starts_with("refused");
}

}  // namespace weir::cel
