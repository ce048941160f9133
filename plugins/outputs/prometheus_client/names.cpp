#include "plugins/outputs/prometheus_client/names.hpp"

namespace weir::prometheus_client {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string sanitized(std::string_view text, bool colon) {
  const auto fits = [colon](char c, bool first) {
    return is_letter(c) || (colon && c == ':') || (!first && is_digit(c));
  };
  std::string out;
  bool changed = false;
  for (const char c : text) {
    if (continues_character(c))
      continue;  // One underscore for a character, however many bytes it has.
    const bool ok = fits(c, out.empty());
    changed = changed || !ok;
    out += ok ? c : '_';
  }
  if (!changed) return out;
  const std::size_t first = out.find_first_not_of('_');
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of('_') - first + 1);
}

}  // namespace

std::string metric_name(std::string_view text, Sanitize how) {
  return how == Sanitize::utf8 ? std::string(text) : sanitized(text, true);
}

std::string label_name(std::string_view text, Sanitize how) {
  return how == Sanitize::utf8 ? std::string(text) : sanitized(text, false);
}

}  // namespace weir::prometheus_client
