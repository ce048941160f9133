#include "plugins/processors/enum/enum.hpp"

namespace weir::enum_processor {

void Enum::init() {
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const Mapping made(mappings[i], "mapping[" + std::to_string(i) + "].");
    if (made.any_tags()) of_tags_.push_back(made);
    if (made.any_fields()) of_fields_.push_back(made);
  }
}

void Enum::edit(editor& rows) {
  if (!of_fields_.empty()) map_fields(rows);
  if (!of_tags_.empty()) map_tags(rows);
}

void Enum::map_fields(editor& rows) {
  for (Mapping& mapping : of_fields_) mapping.begin();
  const auto make = [&](Plan& plan, const std::uint32_t* keys, std::uint32_t n) {
    plan.clear();
    for (Mapping& mapping : of_fields_) add_steps(plan, mapping, rows, keys, n);
  };
  plans_.begin();
  rows.each_row([&](std::uint32_t r) {
    const weir_row& row = rows.at(r).raw();
    const Plan& plan = plans_.of(rows.home().fields() + row.field0, row.n_field, make);
    if (plan.size() != 0) map_fields_of(rows, r, plan);
  });
}

void Enum::add_steps(Plan& plan, Mapping& mapping, const editor& rows, const std::uint32_t* keys,
                     std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) {
    if (mapping.maps_field(rows.str(keys[i]))) plan.push({&mapping, i});
  }
}

// Every mapping looks at the row as it came; what they found is written afterwards. New fields stand behind the others,
// so that places stay what they were.
void Enum::map_fields_of(editor& rows, std::uint32_t r, const Plan& plan) {
  results_.clear();
  for (std::uint32_t i = 0; i < plan.size(); ++i) {
    Target* target = plan[i].mapping->find(value(rows.home(), rows.field_at(r, plan[i].place)));
    if (target != nullptr) results_.push_back({plan[i], target});
  }
  for (const Result& result : results_) {
    const weir_field& made = Mapping::field(*result.target, rows);
    const std::string& dest = result.from.mapping->dest();
    if (dest.empty()) {
      rows.set_value(r, result.from.place, made);
    } else {
      rows.put_field(r, dest, made);
    }
  }
}

void Enum::map_tags(editor& rows) {
  for (Mapping& mapping : of_tags_) mapping.begin();
  rows.each_tag_range([&](detail::pod_vector<weir_tag>& range) { return map_range(rows, range); });
}

bool Enum::map_range(editor& rows, detail::pod_vector<weir_tag>& range) {
  before_.clear();
  for (std::uint32_t i = 0; i < range.size(); ++i) before_.push(range[i]);
  bool changed = false;
  for (Mapping& mapping : of_tags_) {
    for (std::uint32_t i = 0; i < before_.size(); ++i) {
      changed = map_tag(rows, range, mapping, i) || changed;
    }
  }
  return changed;
}

bool Enum::map_tag(editor& rows, detail::pod_vector<weir_tag>& range, Mapping& mapping,
                   std::uint32_t place) {
  const weir_tag& tag = before_[place];
  if (!mapping.maps_tag(rows.str(tag.key))) return false;
  Target* target = mapping.find(rows.str(tag.val));
  if (target == nullptr) return false;
  const std::uint32_t id = Mapping::tag_value(*target, rows);
  if (mapping.dest().empty()) {
    range[place].val = id;
  } else {
    set(rows, range, mapping.dest(), id);
  }
  return true;
}

void Enum::set(editor& rows, detail::pod_vector<weir_tag>& range, const std::string& key,
               std::uint32_t value) {
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    if (rows.str(range[i].key) != key) continue;
    range[i].val = value;
    return;
  }
  range.push({rows.intern(key), value});
}

}  // namespace weir::enum_processor

WEIR_MODULE("enum", "1.0.0", weir::enum_processor::Enum)
