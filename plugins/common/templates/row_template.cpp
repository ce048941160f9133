#include "plugins/common/templates/row_template.hpp"

#include <algorithm>

#include <weir/error.hpp>

namespace weir::common {
namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

std::string text_of(const value& v) {
  switch (v.type()) {
    case WEIR_I64: return std::to_string(v.i64());
    case WEIR_U64: return std::to_string(v.u64());
    case WEIR_F64: return std::to_string(v.f64());
    case WEIR_BOOL: return v.boolean() ? "true" : "false";
    default: return std::string(v.str());
  }
}

}  // namespace

Template::Template(std::string_view text, const std::string& option) {
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    if (open != 0) parts_.push_back({What::text, std::string(text.substr(0, open))});
    if (open == std::string_view::npos) return;
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) {
      throw config_error(option, "\"{{\" without \"}}\" in the template");
    }
    add_action(trimmed(text.substr(open + 2, close - open - 2)), option);
    text.remove_prefix(close + 2);
  }
}

void Template::add_action(std::string_view action, const std::string& option) {
  if (action == ".Name") return parts_.push_back({What::name, {}});
  const std::size_t quote = action.find('"');
  const bool quoted =
      quote != std::string_view::npos && action.size() > quote + 1 && action.back() == '"';
  const std::string_view verb = trimmed(action.substr(0, quote));
  if (!quoted || (verb != ".Tag" && verb != ".Field")) {
    throw config_error(option, "\"{{ " + std::string(action) +
                                   " }}\" is not understood: write {{ .Name }}, {{ .Tag \"key\" }} "
                                   "or {{ .Field \"key\" }}");
  }
  const std::string_view key = action.substr(quote + 1, action.size() - quote - 2);
  parts_.push_back({verb == ".Tag" ? What::tag : What::field, std::string(key)});
}

std::string Template::fill(const row& r) const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.what == What::text) out += part.text;
    if (part.what == What::name) out += r.name();
    if (part.what == What::tag) out += r.tag(part.text);
    const weir_field* f = part.what == What::field ? r.find_field(part.text) : nullptr;
    if (f != nullptr) out += text_of(value(r.home(), *f));
  }
  return out;
}

bool Template::is_constant() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const Part& p) { return p.what == What::text; });
}

}  // namespace weir::common
