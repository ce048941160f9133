#pragma once

// Runs a program for one metric after the other, with memory that is used again.
//
// Threads    One; the program may be shared.
// Ownership  Refers to the program. A result is valid until the next run.
// Limits     steps_max, memory_bytes_max (limits.hpp); beyond them the run fails.

#include <cstdint>
#include <vector>

#include "core/cel/memory.hpp"
#include "core/cel/program.hpp"

namespace weir::cel {

class Machine {
 public:
  explicit Machine(const Program& program) : program_(program) {}

  // metric: nullptr where the code uses no variable. now_ns: what now() says.
  Value run(const row* metric, std::int64_t now_ns) {
    return run_part(0, static_cast<std::uint32_t>(program_.code.size()), metric, now_ns);
  }
  // The instructions [from, to), which leave one value.
  Value run_part(std::uint32_t from, std::uint32_t to, const row* metric, std::int64_t now_ns);

 private:
  struct Loop {
    Value range, element, outcome;
    std::uint32_t at{0}, size{0};
    std::uint32_t collected_from{0};
    std::uint32_t matches{0};
  };
  void push(const Value& v) { stack_.push_back(v); }
  Value pop() {
    const Value v = stack_.back();
    stack_.pop_back();
    return v;
  }
  std::uint32_t execute(const Instruction& i, std::uint32_t pc);
  void load(const Instruction& i);
  void load_entry(const Instruction& i);
  void select(const Instruction& i);
  void call(const Instruction& i);
  void make(const Instruction& i);
  std::uint32_t branch(const Instruction& i, std::uint32_t pc);
  void combine(bool decisive);
  std::uint32_t loop(const Instruction& i, std::uint32_t pc);
  std::uint32_t begin(const Instruction& i, std::uint32_t pc);
  std::uint32_t step(const Instruction& i, std::uint32_t pc);
  std::uint32_t test(const Instruction& i, std::uint32_t pc);
  std::uint32_t fold(const Instruction& i, std::uint32_t pc);
  Value result_of(Loop& loop, Macro macro);
  [[nodiscard]] int find_tag(std::uint32_t key);
  [[nodiscard]] int find_field(std::uint32_t key);
  Value copied_list(std::uint32_t from);

  const Program& program_;
  const row* metric_{nullptr};
  std::int64_t now_ns_{0};
  Memory memory_;
  std::vector<Value> stack_;
  std::vector<Value>
      collected_;  // Of map and filter, those of an inner loop behind those of its outer one.
  std::vector<Loop> loops_;
  std::vector<std::uint32_t> places_;  // By key: where it stood in the metric before.
  std::uint64_t steps_{0};
};

}  // namespace weir::cel
