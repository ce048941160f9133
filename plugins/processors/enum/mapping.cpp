#include "plugins/processors/enum/mapping.hpp"

#include <cmath>

#include "plugins/common/any/any_value.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::enum_processor {
namespace {

Target target_of(const any& value) { return {value, common::text_of(value)}; }

std::vector<std::string> with(std::vector<std::string> list, const std::string& one) {
  if (!one.empty()) list.push_back(one);
  return list;
}

}  // namespace

Mapping::Mapping(const MappingOptions& from, const std::string& path)
    : tags_(globs_of(path + "tags", with(from.tags, from.tag))),
      fields_(globs_of(path + "fields", with(from.fields, from.field))),
      dest_(from.dest) {
  for (const auto& [key, value] : from.value_mappings) targets_.emplace(key, target_of(value));
  if (from.fallback) fallback_ = target_of(*from.fallback);
}

void Mapping::begin() {
  const auto forget = [](Target& target) {
    target.tag_value = WEIR_NO_ID;
    target.stored = false;
  };
  for (auto& [key, target] : targets_) forget(target);
  if (fallback_) forget(*fallback_);
}

Target* Mapping::find(std::string_view value) {
  const auto found = targets_.find(value);
  if (found != targets_.end()) return &found->second;
  return fallback_ ? &*fallback_ : nullptr;
}

Target* Mapping::find(const value& v) {
  char text[common::fixed_bytes];
  const char* end = nullptr;
  switch (v.type()) {
    case WEIR_STRING: return find(v.str());
    case WEIR_BOOL: return find(std::string_view(v.boolean() ? "true" : "false"));
    case WEIR_I64: end = common::print_i64(text, v.i64()); break;
    case WEIR_U64: end = common::print_u64(text, v.u64()); break;
    default:
      end = std::isfinite(v.f64()) ? common::print_fixed(text, v.f64())
                                   : common::print_general(text, v.f64());
  }
  return find(std::string_view(text, static_cast<std::size_t>(end - text)));
}

std::uint32_t Mapping::tag_value(Target& target, editor& rows) {
  if (target.tag_value == WEIR_NO_ID) target.tag_value = rows.intern(target.text);
  return target.tag_value;
}

const weir_field& Mapping::field(Target& target, editor& rows) {
  if (!target.stored) target.field = common::field_of(rows, target.value);
  target.stored = true;
  return target.field;
}

}  // namespace weir::enum_processor
