#include "core/cel/machine.hpp"

#include <algorithm>

#include <weir/batch.hpp>

#include "core/cel/function.hpp"
#include "core/cel/moment.hpp"

namespace weir::cel {
namespace {

// a && b where false decides, a || b where true does. What is decided holds whatever the other is, even an error.
Value combined(const Value& a, const Value& b, bool decisive) {
  const auto decides = [decisive](const Value& v) { return decisive ? v.is_true() : v.is_false(); };
  if (decides(a) || decides(b)) return Value::of_bool(decisive);
  if (a.failed()) return a;
  if (b.failed()) return b;
  if (!a.is(Kind::boolean) || !b.is(Kind::boolean)) return no_such_overload();
  return Value::of_bool(!decisive);
}

// A map with every key once; of equal ones the last counts. Returns the number of its pairs.
std::uint32_t unite_keys(Value* pairs, std::uint32_t n) {
  std::uint32_t out = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    std::uint32_t at = 0;
    const Value& key = pairs[std::size_t{i} * 2];
    while (at < out && !equals(pairs[std::size_t{at} * 2], key, nullptr)) ++at;
    pairs[std::size_t{at} * 2] = pairs[std::size_t{i} * 2];
    pairs[std::size_t{at} * 2 + 1] = pairs[std::size_t{i} * 2 + 1];
    out = std::max(out, at + 1);
  }
  return out;
}

}  // namespace

Value Machine::run_part(std::uint32_t from, std::uint32_t to, const row* metric,
                        std::int64_t now_ns) {
  metric_ = metric;
  now_ns_ = now_ns;
  steps_ = 0;
  memory_.reset();
  stack_.clear();
  collected_.clear();
  loops_.resize(program_.slots);
  places_.resize(program_.keys.size());
  for (std::uint32_t pc = from; pc < to;) pc = execute(program_.code[pc], pc);
  return pop();
}

std::uint32_t Machine::execute(const Instruction& i, std::uint32_t pc) {
  switch (i.op) {
    case Op::constant: push(program_.constants[i.index]); break;
    case Op::name:
    case Op::tags:
    case Op::fields:
    case Op::time:
    case Op::element: load(i); break;
    case Op::tag:
    case Op::field:
    case Op::has_tag:
    case Op::has_field: load_entry(i); break;
    case Op::select:
    case Op::has: select(i); break;
    case Op::call: call(i); break;
    case Op::list:
    case Op::map: make(i); break;
    case Op::both: combine(false); break;
    case Op::either: combine(true); break;
    case Op::jump:
    case Op::unless_false:
    case Op::unless_true:
    case Op::choose: return branch(i, pc);
    default: return loop(i, pc);
  }
  return pc + 1;
}

void Machine::load(const Instruction& i) {
  switch (i.op) {
    case Op::name: return push(Value::of_text(metric_->name()));
    case Op::tags: return push(Value::of_variable(Kind::tags));
    case Op::fields: return push(Value::of_variable(Kind::fields));
    case Op::time: return push(timestamp_of_ns(metric_->time_ns()));
    default: return push(loops_[i.slot].element);
  }
}

// Metrics of one source have their keys in the same places: that of the one before is tried first.
int Machine::find_tag(std::uint32_t key) {
  const block& home = metric_->home();
  const weir_row& raw = metric_->raw();
  const weir_tag* tags = home.tags() + raw.tag0;
  std::uint32_t& place = places_[key];
  const std::string_view wanted = program_.keys[key];
  if (place < raw.n_tag && home.str(tags[place].key) == wanted) return static_cast<int>(place);
  for (place = 0; place < raw.n_tag; ++place) {
    if (home.str(tags[place].key) == wanted) return static_cast<int>(place);
  }
  return -1;
}

int Machine::find_field(std::uint32_t key) {
  const block& home = metric_->home();
  const weir_row& raw = metric_->raw();
  const weir_field* fields = home.fields() + raw.field0;
  std::uint32_t& place = places_[key];
  const std::string_view wanted = program_.keys[key];
  if (place < raw.n_field && home.str(fields[place].key) == wanted) return static_cast<int>(place);
  for (place = 0; place < raw.n_field; ++place) {
    if (home.str(fields[place].key) == wanted) return static_cast<int>(place);
  }
  return -1;
}

void Machine::load_entry(const Instruction& i) {
  const bool of_tags = i.op == Op::tag || i.op == Op::has_tag;
  const int at = of_tags ? find_tag(i.index) : find_field(i.index);
  if (i.op == Op::has_tag || i.op == Op::has_field) return push(Value::of_bool(at >= 0));
  if (at < 0) return push(Value::error(Failure::no_such_key, program_.keys[i.index]));
  const auto place = static_cast<std::uint32_t>(at);
  push(of_tags ? tag_of(*metric_, place) : field_of(*metric_, place));
}

void Machine::select(const Instruction& i) {
  const Value from = pop();
  if (from.failed() || from.is(Kind::list)) return push(from.failed() ? from : no_such_overload());
  const Value key = Value::of_text(program_.keys[i.index]);
  const Value found =
      from.is_map() ? look_up(from, key, metric_) : Value::error(Failure::no_such_key, key.str());
  push(i.op == Op::has ? Value::of_bool(!found.failed()) : found);
}

void Machine::call(const Instruction& i) {
  Value* arguments = stack_.data() + (stack_.size() - i.count);
  const auto* failed =
      std::find_if(arguments, arguments + i.count, [](const Value& v) { return v.failed(); });
  Value made;
  if (failed != arguments + i.count) {
    made = *failed;
  } else {
    Scope scope{memory_, metric_, now_ns_};
    made = program_.functions[i.index]->call(scope, {arguments, i.count});
  }
  stack_.resize(stack_.size() - i.count);
  push(made);
}

void Machine::make(const Instruction& i) {
  Value* made = memory_.values(i.count);
  const Value* from = stack_.data() + (stack_.size() - i.count);
  Value out = made == nullptr ? no_memory() : Value::of_list(made, i.count);
  for (std::uint32_t k = 0; made != nullptr && k < i.count && !out.failed(); ++k) {
    made[k] = from[k];
    if (from[k].failed()) out = from[k];
  }
  const bool unite = i.op == Op::map && made != nullptr && !out.failed();
  if (unite) out = Value::of_map(made, unite_keys(made, i.count / 2));
  stack_.resize(stack_.size() - i.count);
  push(out);
}

std::uint32_t Machine::branch(const Instruction& i, std::uint32_t pc) {
  if (i.op == Op::jump) return i.target;
  if (i.op == Op::unless_false) return stack_.back().is_false() ? i.target : pc + 1;
  if (i.op == Op::unless_true) return stack_.back().is_true() ? i.target : pc + 1;
  const Value condition = pop();
  if (condition.is(Kind::boolean)) return condition.is_true() ? pc + 2 : i.target;
  push(condition.failed() ? condition : no_such_overload());
  return pc + 1;
}

void Machine::combine(bool decisive) {
  const Value b = pop();
  const Value a = pop();
  push(combined(a, b, decisive));
}

// ---- comprehensions ----

std::uint32_t Machine::loop(const Instruction& i, std::uint32_t pc) {
  switch (i.op) {
    case Op::begin: return begin(i, pc);
    case Op::step: return step(i, pc);
    case Op::test: return test(i, pc);
    case Op::fold: return fold(i, pc);
    default: push(result_of(loops_[i.slot], i.macro)); return pc + 1;
  }
}

std::uint32_t Machine::begin(const Instruction& i, std::uint32_t pc) {
  const Value range = pop();
  if (!range.is(Kind::list) && !range.is_map()) {
    push(range.failed() ? range : Value::error(Failure::not_iterable));
    return i.target;
  }
  Loop& loop = loops_[i.slot];
  loop = Loop{};
  loop.range = range;
  loop.size = range.is_map() ? entries_of(range, metric_) : range.n;
  loop.outcome = Value::of_bool(i.macro == Macro::all);
  loop.collected_from = static_cast<std::uint32_t>(collected_.size());
  return pc + 1;
}

std::uint32_t Machine::step(const Instruction& i, std::uint32_t pc) {
  Loop& loop = loops_[i.slot];
  if (loop.at == loop.size) return i.target;
  steps_ += i.target - pc;
  if (steps_ > steps_max) {
    loop.outcome = Value::error(Failure::too_many_steps);
    return i.target;
  }
  loop.element =
      loop.range.is(Kind::list) ? loop.range.items[loop.at] : key_of(loop.range, loop.at, metric_);
  ++loop.at;
  return pc + 1;
}

std::uint32_t Machine::test(const Instruction& i, std::uint32_t pc) {
  const Value condition = pop();
  if (condition.is(Kind::boolean)) return condition.is_true() ? pc + 2 : i.target;
  loops_[i.slot].outcome = condition.failed() ? condition : no_such_overload();
  return pc + 1;
}

// all and exists are decided by one value; an error decides the others.
std::uint32_t Machine::fold(const Instruction& i, std::uint32_t pc) {
  Loop& loop = loops_[i.slot];
  const Value v = pop();
  switch (i.macro) {
    case Macro::all:
      loop.outcome = combined(loop.outcome, v, false);
      return loop.outcome.is_false() ? pc + 1 : i.target;
    case Macro::exists:
      loop.outcome = combined(loop.outcome, v, true);
      return loop.outcome.is_true() ? pc + 1 : i.target;
    case Macro::exists_one:
      if (v.is(Kind::boolean)) return loop.matches += v.is_true() ? 1 : 0, i.target;
      loop.outcome = v.failed() ? v : no_such_overload();
      return pc + 1;
    default: break;
  }
  if (v.failed() || collected_.size() >= memory_bytes_max / sizeof(Value)) {
    loop.outcome = v.failed() ? v : no_memory();
    return pc + 1;
  }
  collected_.push_back(v);
  return i.target;
}

Value Machine::copied_list(std::uint32_t from) {
  const std::size_t n = collected_.size() - from;
  Value* made = memory_.values(n);
  if (made == nullptr) return no_memory();
  std::copy_n(collected_.data() + from, n, made);
  return Value::of_list(made, static_cast<std::uint32_t>(n));
}

Value Machine::result_of(Loop& loop, Macro macro) {
  Value out = loop.outcome;
  if (!out.failed() && macro == Macro::exists_one) out = Value::of_bool(loop.matches == 1);
  if (macro != Macro::map && macro != Macro::filter) return out;
  if (!out.failed()) out = copied_list(loop.collected_from);
  collected_.resize(loop.collected_from);
  return out;
}

}  // namespace weir::cel
