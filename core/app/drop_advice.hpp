#pragma once

// Each reason for which the ledger counts a record as lost, in words: what it means and what to do. docs/ledger.md says
// the same at length.

#include <string_view>

namespace weir::app {

struct DropAdvice {
  std::string_view reason;  // As the ledger and the metrics name it.
  std::string_view meaning;
  std::string_view remedy;
};

// Of a reason that a newer agent counts: general words.
const DropAdvice& advice_for(std::string_view reason);

}  // namespace weir::app
