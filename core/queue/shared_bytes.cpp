#include "core/queue/shared_bytes.hpp"

#include <algorithm>

namespace weir::queue {

void Serialized::cut(weir_delivery& delivery, std::vector<std::uint32_t>& ends) const {
  const auto first = row_end.begin() + delivery.row0;
  const std::uint32_t begin = delivery.row0 == 0 ? 0 : first[-1];
  ends.resize(delivery.n_rows);
  std::transform(first, first + delivery.n_rows, ends.begin(),
                 [begin](std::uint32_t end) { return end - begin; });
  const std::uint32_t size = ends.empty() ? 0 : ends.back();
  delivery.raw = {reinterpret_cast<const char*>(bytes->data()) + begin, size};
  delivery.row_end = ends.data();
}

}  // namespace weir::queue
