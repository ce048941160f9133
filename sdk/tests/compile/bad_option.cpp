// fails: an option's type is a scalar of options.hpp or a struct with options
#include <weir/weir.hpp>

struct Wrong {
  static constexpr weir::info meta{"wrong", "1", "x"};
  const char* name{};
  static constexpr auto options = std::tuple{weir::opt{"name", &Wrong::name, "''", "A pointer"}};
  void gather(weir::sink&) {}
};
WEIR_MODULE("wrong", "1", Wrong)
