// An aggregator whose three functions fail.
#include "tests/bad_plugins/bad.hpp"

namespace {

weir_status add(void* self, const weir_delivery*, weir_err* err) {
  return bad::commit(bad::of(self), "add", err);
}
weir_status push(void* self, weir_err* err) { return bad::commit(bad::of(self), "push", err); }
void reset(void* self) {
  weir_err unused{};
  static_cast<void>(bad::commit(bad::of(self), "reset", &unused));
}

constexpr weir_aggregator_ops aggregator_ops{sizeof(weir_aggregator_ops), 0, add, push, reset};
constexpr weir_plugin plugin = bad::plugin_of(WEIR_AGGREGATOR, "bad", 0, aggregator_ops);
constexpr const weir_plugin* plugins[] = {&plugin, nullptr};
constexpr weir_module module = bad::module_of(plugins);

}  // namespace

const weir_module* weir_module_v0(void) { return &module; }
