#include <cstdlib>
#include <string_view>

#include <weir/testing/lines.hpp>

#include "core/cel/expression.hpp"
#include "core/cel/test_reference.hpp"

// Any bytes are an expression or are refused with a place inside of them; what is accepted gives for every metric the
// answer of the tree.
//
// Limits  Where the one fails by its limits, the other may have an answer.

namespace {

const weir::testing::block_memory& rows() {
  static const weir::testing::block_memory made = weir::testing::make_batch(
      {"cpu,dc=eu,host=a i=5i,u=7u,f=2.5,b=t,s=\"text\" 1700000000123456789", "mem,host=b f=1 5",
       "x a=1i -7"},
      0);
  return made;
}

weir::cel::Answer answer_of(const weir::cel::Value& v) {
  if (v.is_true()) return weir::cel::Answer::yes;
  return v.is_false() ? weir::cel::Answer::no : weir::cel::Answer::failed;
}

void compare(const weir::cel::Expression& expression, std::string_view text) {
  weir::cel::TestReference reference;
  if (!reference.read(text)) std::abort();
  weir::cel::Evaluator evaluator(expression, 1);
  const weir::block home(rows().head());
  for (std::uint32_t r = 0; r < home.head().n_rows; ++r) {
    const weir::row metric(home, home.rows()[r]);
    const weir::cel::Answer answer = evaluator.ask(metric);
    const bool limited = evaluator.failure().find("too m") != std::string::npos;
    if (limited) return;
    const weir::cel::Value wanted = reference.evaluate(metric, 1);
    const bool no_memory = wanted.failed() && wanted.failure == weir::cel::Failure::no_memory;
    if (!reference.gave_up() && !no_memory && answer != answer_of(wanted)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  weir::cel::Fault fault;
  const auto expression = weir::cel::Expression::compile(text, fault);
  if (!expression && (fault.message.empty() || fault.offset > size)) std::abort();
  if (expression) compare(*expression, text);
  return 0;
}
