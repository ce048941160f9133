#include "plugins/inputs/internal/internal.hpp"

#include "plugins/inputs/internal/memory.hpp"

namespace weir::internal_input {
namespace {

void add_memory(sink& out) {
  const Memory m = memory_of_process();
  out.metric("internal_memstats"_k)
      .field("alloc_bytes"_k, m.heap_in_use_bytes)
      .field("heap_alloc_bytes"_k, m.heap_in_use_bytes)
      .field("heap_in_use_bytes"_k, m.heap_in_use_bytes)
      .field("heap_idle_bytes"_k, m.heap_idle_bytes)
      .field("heap_sys_bytes"_k, m.heap_in_use_bytes + m.heap_idle_bytes)
      .field("sys_bytes"_k, m.resident_bytes)
      .field("resident_bytes"_k, m.resident_bytes)
      .field("resident_peak_bytes"_k, m.resident_peak_bytes)
      .field("virtual_bytes"_k, m.virtual_bytes);
}

}  // namespace

void Internal::init() {
  counters_ = self.extension<weir_self_v1>(WEIR_EXT_SELF);
  if (collect_gostats) {
    throw config_error("collect_gostats",
                       "there is no Go runtime in this agent to tell about; remove the option "
                       "(collect_memstats tells its memory)");
  }
}

void Internal::gather(sink& out) {
  emit_counters();
  if (collect_memstats) add_memory(out);
}

void Internal::emit_counters() const {
  weir_buf buf{};
  buf.size = sizeof buf;
  std::uint32_t used = 0;
  const weir_status got = counters_->snapshot(self.context(), per_instance ? 1 : 0, &buf, &used);
  if (got != WEIR_OK) throw retry("the agent has no room for its own counters; they come later");
  weir_emit what{};
  what.size = sizeof what;
  what.used = used;
  const weir_host& h = *self.raw();
  if (h.emit(h.ctx, &buf, &what) != WEIR_OK) h.buf_put(h.ctx, &buf);
}

}  // namespace weir::internal_input

WEIR_MODULE("internal", "1.0.0", weir::internal_input::Internal)
