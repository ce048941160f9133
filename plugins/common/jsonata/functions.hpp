#pragma once

// The functions that every expression knows.

#include <memory>
#include <string_view>

#include "plugins/common/jsonata/function.hpp"

namespace weir::jsonata {

struct Builtin {
  std::string_view name;
  std::string_view signature;
  Value (*run)(Call& call);
  bool wants_undefined = false;  // else it is not called for an undefined first argument
};

bool is_builtin(std::string_view name);
// Those whose second argument says how a time is written, which is not supported.
bool takes_picture(std::string_view name);
// Null where there is no such function.
std::shared_ptr<const Function> find_builtin(std::string_view name);

// One family each; both ends of a table.
struct BuiltinTable {
  const Builtin* begin;
  const Builtin* end;
};
BuiltinTable text_functions();
BuiltinTable pattern_functions();
BuiltinTable code_functions();
BuiltinTable number_functions();
BuiltinTable array_functions();
BuiltinTable object_functions();
BuiltinTable higher_functions();
BuiltinTable time_functions();

}  // namespace weir::jsonata
