// A parser that fails on what it is given.
#include "tests/bad_plugins/bad.hpp"

namespace {

weir_status parse(void* me, const weir_delivery*, std::uint64_t* consumed, weir_err* err) {
  bad::Self& self = bad::of(me);
  if (self.does("parse", "lies in size")) *consumed = ~std::uint64_t{0};
  return bad::commit(self, "parse", err);
}

constexpr weir_parser_ops parser_ops{sizeof(weir_parser_ops), 0, parse};
constexpr weir_plugin plugin = bad::plugin_of(WEIR_PARSER, "bad", WEIR_CUTS_STREAM, parser_ops);
constexpr const weir_plugin* plugins[] = {&plugin, nullptr};
constexpr weir_module module = bad::module_of(plugins);

}  // namespace

const weir_module* weir_module_v0(void) { return &module; }
