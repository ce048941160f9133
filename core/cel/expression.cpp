#include "core/cel/expression.hpp"

#include <utility>

#include "core/cel/checker.hpp"
#include "core/cel/compiler.hpp"
#include "core/cel/machine.hpp"
#include "core/cel/parser.hpp"

namespace weir::cel {

std::shared_ptr<const Expression> Expression::compile(std::string_view text, Fault& fault) {
  fault = {};
  auto program = std::make_unique<Program>();
  Ast ast = parse(text, program->texts, fault);
  if (fault.message.empty()) check(ast, fault);
  if (fault.message.empty()) cel::compile(ast, *program, fault);
  if (!fault.message.empty()) return nullptr;
  return std::make_shared<const Expression>(std::move(program));
}

Expression::Expression(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Expression::~Expression() = default;

const Needs& Expression::needs() const { return program_->needs; }

Evaluator::Evaluator(const Expression& expression, std::int64_t now_ns)
    : machine_(std::make_unique<Machine>(expression.program())), now_ns_(now_ns) {}
Evaluator::~Evaluator() = default;

Answer Evaluator::ask(const row& metric) {
  const Value answer = machine_->run(&metric, now_ns_);
  if (answer.is(Kind::boolean)) return answer.is_true() ? Answer::yes : Answer::no;
  const Value why = answer.failed() ? answer : Value::error(Failure::no_such_overload);
  failure_ = describe_failure(why);
  return Answer::failed;
}

}  // namespace weir::cel
