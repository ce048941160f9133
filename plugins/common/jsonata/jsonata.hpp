#pragma once

// JSONata 1.5.4: expressions that make another JSON of a JSON.
//
// Threads    Immutable once made: evaluate() may be called from any thread.
// Errors     Error, for an expression that cannot be read as for a value it cannot be applied to.
// Limits     See limits.hpp. Up to 1.5 MiB of the call stack: expressions may call themselves.

#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/jsonata/limits.hpp"

namespace weir::jsonata {

struct Node;

class Jsonata {
 public:
  explicit Jsonata(std::string_view expression);
  ~Jsonata();
  Jsonata(const Jsonata&) = delete;
  Jsonata& operator=(const Jsonata&) = delete;

  // Appends what the expression makes of a JSON text. False where that is undefined.
  bool evaluate(std::string_view json, std::int64_t now_ms, std::string& out) const;

 private:
  std::unique_ptr<const Node> root_;
};

// "line 2, column 5" of a byte of an expression.
std::string place_of(std::string_view expression, std::size_t at);

}  // namespace weir::jsonata
