#pragma once

// Functions are values too: built-in ones, lambdas, regular expressions, and what is made of them.

#include <cstddef>
#include <memory>

#include "plugins/common/jsonata/values.hpp"

namespace weir::jsonata {

class Evaluator;

struct Call {
  Evaluator& evaluator;
  Items args;
  const Value& input;  // the context of the call
  Budget& budget;

  const Value& arg(std::size_t i) const {
    static const Value undefined;
    return i < args.size() ? args[i] : undefined;
  }
  const std::string& text(std::size_t i) const { return *arg(i).as_text(); }
  double number(std::size_t i) const { return arg(i).as_number(); }
  bool has(std::size_t i) const { return arg(i).defined(); }
};

class Function {
 public:
  Function() = default;
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  virtual ~Function() = default;

  virtual Value call(Call& call) const = 0;
  // How many arguments it takes at most.
  virtual std::size_t arity() const = 0;
  // How many functions it is made of, one inside the other.
  virtual int levels() const { return 0; }
};

inline Value make_function(std::shared_ptr<const Function> f) {
  return Value(Value::Data(std::move(f)));
}

}  // namespace weir::jsonata
