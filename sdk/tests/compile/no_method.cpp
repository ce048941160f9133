// fails: a plugin needs one of: gather(sink&)
#include <weir/weir.hpp>

struct Nothing {
  static constexpr weir::info meta{"nothing", "1", "x"};
  void gather_all() {}
};
WEIR_MODULE("nothing", "1", Nothing)
