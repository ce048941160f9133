// $now, $millis, $fromMillis, $toMillis, without picture strings.

#include <cmath>

#include "plugins/common/go_time/go_layout.hpp"
#include "plugins/common/jsonata/evaluator.hpp"
#include "plugins/common/jsonata/functions.hpp"

namespace weir::jsonata {
namespace {

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t millisecond_ns = 1'000'000;

Value written(Call& call, std::int64_t ms) {
  static const common::GoLayout layout("2006-01-02T15:04:05.000Z07:00");
  const std::int64_t rest_ms = (ms % second_ms + second_ms) % second_ms;
  std::string out;
  layout.format((ms - rest_ms) / second_ms, static_cast<std::int32_t>(rest_ms * millisecond_ns),
                time_zone(), out);
  return make_text(call.budget, std::move(out));
}

Value now(Call& call) { return written(call, call.evaluator.now_ms()); }

Value millis(Call& call) { return Value(Value::Data(call.evaluator.now_ms())); }

Value from_millis(Call& call) {
  constexpr double most = 8.64e15;  // some 275 000 years
  if (!(std::fabs(call.number(0)) <= most)) {
    call.budget.fail("$fromMillis: the number is too large for a time");
  }
  return written(call, static_cast<std::int64_t>(call.number(0)));
}

Value to_millis(Call& call) {
  static const common::GoLayout layouts[] = {
      common::GoLayout("2006-01-02T15:04:05Z07:00"), common::GoLayout("2006-01-02T15:04:05Z0700"),
      common::GoLayout("2006-01-02"), common::GoLayout("2006")};
  for (const common::GoLayout& layout : layouts) {
    common::GoTime t;
    if (!layout.parse(call.text(0), time_zone(), t).empty()) continue;
    return Value(Value::Data(t.unix_s * second_ms + t.nanosecond / millisecond_ns));
  }
  call.budget.fail("$toMillis: \"" + call.text(0).substr(0, 64) + "\" is no time");
}

constexpr Builtin table[] = {{"now", ":s", now},
                             {"millis", ":n", millis},
                             {"fromMillis", "n-:s", from_millis},
                             {"toMillis", "s-:n", to_millis}};

}  // namespace

BuiltinTable time_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
