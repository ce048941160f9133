// A processor that edits, badly.
#include "tests/bad_plugins/bad.hpp"

namespace {

weir_status edit(void* me, weir_buf* inout, const weir_delivery* in, std::uint64_t* keep,
                 weir_err* err) {
  bad::Self& self = bad::of(me);
  const weir_status status = bad::commit(self, "edit", err);
  if (status != WEIR_OK) return status;
  auto& head = *reinterpret_cast<weir_batch*>(inout->data);
  if (self.does("edit", "breaks the batch")) head.n_fields = 0xffffffffU;
  if (self.does("edit", "lies in size")) head.total = 0xfffffff0U;
  if (self.does("edit", "makes it raw")) head.signal = WEIR_SIG_RAW;
  if (self.does("edit", "loses rows")) head.n_rows = 0;
  if (self.does("edit", "gives nothing back")) {
    *inout = weir_buf{sizeof(weir_buf), 0, 0, nullptr, 0};
  }
  static_cast<void>(in);
  static_cast<void>(keep);
  return WEIR_OK;
}

constexpr weir_processor_ops processor_ops{sizeof(weir_processor_ops), 0, nullptr, edit};
constexpr weir_plugin plugin = bad::plugin_of(WEIR_PROCESSOR, "bad", WEIR_MUTATES, processor_ops);
constexpr const weir_plugin* plugins[] = {&plugin, nullptr};
constexpr weir_module module = bad::module_of(plugins);

}  // namespace

const weir_module* weir_module_v0(void) { return &module; }
