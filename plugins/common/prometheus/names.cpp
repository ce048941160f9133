#include "plugins/common/prometheus/names.hpp"

#include "plugins/common/text/utf8.hpp"

namespace weir::common {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool fits(char c, bool first, NameKind kind) {
  if (is_letter(c) || (c == ':' && kind == NameKind::metric)) return true;
  return !first && c >= '0' && c <= '9';
}

std::string_view without_edges(std::string_view s) {
  const std::size_t begin = s.find_first_not_of('_');
  return begin == std::string_view::npos ? std::string_view()
                                         : s.substr(begin, s.find_last_not_of('_') - begin + 1);
}

}  // namespace

bool is_legacy_name(std::string_view name, NameKind kind) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!fits(name[i], i == 0, kind)) return false;
  }
  return !name.empty();
}

std::string clean_name(std::string_view name, NameKind kind, NameRule rule) {
  const bool any_utf8 = rule == NameRule::utf8;
  if (is_legacy_name(name, kind) || (any_utf8 && !name.empty() && is_utf8(name))) {
    return std::string(name);
  }
  std::string clean;
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t bytes = utf8_character(name.substr(i));
    // A first character that does not fit is left out.
    if (fits(name[i], i == 0, kind)) {
      clean += name[i];
    } else if (i != 0) {
      clean += '_';
    }
    i += bytes == 0 ? 1 : bytes;
  }
  return std::string(without_edges(clean));
}

std::string metric_name(std::string_view measurement, std::string_view field, bool composed) {
  if (composed) {
    for (const std::string_view end : {"_bucket", "_sum", "_count"}) {
      if (!field.ends_with(end)) continue;
      field.remove_suffix(end.size());
      break;
    }
  }
  if (measurement == "prometheus") return std::string(field);
  return std::string(measurement).append("_").append(field);
}

}  // namespace weir::common
