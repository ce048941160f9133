// An output whose write answers what no peer could.
#include "tests/bad_plugins/bad.hpp"

namespace {

// Ends the delivery twice, others that never were, and one with row numbers from nowhere.
weir_status complete_wildly(const bad::Self& self, const weir_delivery& in) {
  const std::uint32_t rows[] = {0xffffffffU, 7, 0};
  weir_result result{};
  result.size = sizeof result;
  result.rejected = rows;
  result.n_rejected = 3;
  for (const std::uint64_t id : {in.id + 1000, std::uint64_t{0}, in.id, in.id}) {
    self.host->complete(self.host->ctx, id, &result);
  }
  return WEIR_ASYNC;
}

weir_status write(void* me, const weir_delivery* in, weir_err* err) {
  bad::Self& self = bad::of(me);
  if (self.does("write", "drops")) return WEIR_DROP;
  if (self.does("write", "never completes")) return WEIR_ASYNC;
  if (self.does("write", "completes wildly")) return complete_wildly(self, *in);
  return bad::commit(self, "write", err);
}

constexpr weir_output_ops output_ops{sizeof(weir_output_ops), 0, write};
constexpr weir_plugin plugin = bad::plugin_of(WEIR_OUTPUT, "bad", WEIR_MAY_BLOCK, output_ops);
constexpr const weir_plugin* plugins[] = {&plugin, nullptr};
constexpr weir_module module = bad::module_of(plugins);

}  // namespace

const weir_module* weir_module_v0(void) { return &module; }
