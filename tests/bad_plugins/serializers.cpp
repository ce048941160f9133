// A serializer whose rows end nowhere.
#include <algorithm>
#include <cstring>

#include "tests/bad_plugins/bad.hpp"

namespace {

constexpr std::string_view line = "written\n";

weir_status serialize(void* me, const weir_delivery* in, weir_buf* out, std::uint64_t* used,
                      std::uint32_t* row_end, weir_err* err) {
  bad::Self& self = bad::of(me);
  const weir_status status = bad::commit(self, "serialize", err);
  if (status != WEIR_OK) return status;
  *used = 0;
  for (std::uint32_t i = 0; i < in->n_rows && *used + line.size() <= out->cap; ++i) {
    std::memcpy(out->data + *used, line.data(), line.size());
    *used += line.size();
    if (row_end != nullptr) row_end[i] = static_cast<std::uint32_t>(*used);
  }
  const bool lies = self.does("serialize", "lies in row_end");
  if (lies && row_end != nullptr) std::fill_n(row_end, in->n_rows, 0xfffffff0U);
  if (self.does("serialize", "lies in used")) *used = ~std::uint64_t{0};
  if (self.does("serialize", "gives nothing back")) {
    *out = weir_buf{sizeof(weir_buf), 0, 0, nullptr, 0};
  }
  return WEIR_OK;
}

constexpr weir_serializer_ops serializer_ops{sizeof(weir_serializer_ops), 0, serialize};
constexpr weir_plugin plugin = bad::plugin_of(WEIR_SERIALIZER, "bad", 0, serializer_ops);
constexpr const weir_plugin* plugins[] = {&plugin, nullptr};
constexpr weir_module module = bad::module_of(plugins);

}  // namespace

const weir_module* weir_module_v0(void) { return &module; }
