// A module whose static constructor throws.
#include <stdexcept>

#include <weir/abi.h>

namespace {
struct Loud {
  Loud() { throw std::runtime_error("nobody catches this"); }
};
const Loud loud;
}  // namespace

const weir_module* weir_module_v0(void) { return nullptr; }
