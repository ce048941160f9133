#include "plugins/common/http_server/request.hpp"

namespace weir::http {

std::string_view Request::field(std::string_view name) const {
  for (const Field& f : fields) {
    if (same_name(f.name, name)) return f.value;
  }
  return {};
}

}  // namespace weir::http
