#pragma once

// Telegraf's metricpass: an expression in the Common Expression Language that says of a metric true or false.
//
//   name == "cpu" && tags.host in ["a", "b"] && fields.usage_idle < 5.0
//
// Variables  name: string, tags: map(string, string), fields: map(string, dyn), time: timestamp.
// Threads    An Expression is immutable and may be shared; an Evaluator belongs to one thread.
// Cost       An evaluation allocates nothing, unless a regular expression or a time zone comes out of the metric.
// Limits     See limits.hpp.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/cel/fault.hpp"

namespace weir {
inline namespace v1 {
// NOLINTNEXTLINE(readability-identifier-naming): the SDK's
class row;
}  // namespace v1
}  // namespace weir

namespace weir::cel {

class Machine;
struct Program;

// What an answer depends on: where it is the same, it need not be asked for again.
struct Needs {
  bool name{false}, tags{false}, fields{false}, time{false};
  // Metrics of one series may have different answers.
  [[nodiscard]] bool of_row() const { return fields || time; }
};

class Expression {
 public:
  // nullptr, and what is wrong in fault.
  static std::shared_ptr<const Expression> compile(std::string_view text, Fault& fault);

  explicit Expression(std::unique_ptr<const Program> program);
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  ~Expression();

  [[nodiscard]] const Program& program() const { return *program_; }
  // Which variables the answer depends on.
  [[nodiscard]] const Needs& needs() const;

 private:
  std::unique_ptr<const Program> program_;
};

enum class Answer : std::uint8_t { no, yes, failed };

// Asks one metric after the other. Refers to the expression.
class Evaluator {
 public:
  // now_ns: the time that now() says.
  Evaluator(const Expression& expression, std::int64_t now_ns);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;
  ~Evaluator();

  Answer ask(const row& metric);
  // Of the last answer, which was failed: why.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  std::unique_ptr<Machine> machine_;
  std::int64_t now_ns_;
  std::string failure_;
};

}  // namespace weir::cel
