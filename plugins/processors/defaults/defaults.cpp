#include "plugins/processors/defaults/defaults.hpp"

#include "plugins/common/any/any_value.hpp"
#include "plugins/common/text/letters.hpp"

namespace weir::defaults {
namespace {

bool is_blank(const editor& rows, const weir_field& field) {
  return field.type == WEIR_STRING && common::trim_space(rows.home().text(field.v.str)).empty();
}

}  // namespace

void Defaults::edit(editor& rows) {
  if (!fields.empty()) fill_fields(rows);
  if (!tags.empty()) fill_tags(rows);
}

// All rows share the bytes of a default text.
void Defaults::fill_fields(editor& rows) {
  values_.clear();
  for (const auto& [key, value] : fields) {
    weir_field made = common::field_of(rows, value);
    made.key = rows.intern(key);
    values_.push_back(made);
  }
  const auto find = [&](Places& places, const std::uint32_t* keys, std::uint32_t n) {
    find_places(places, rows, keys, n);
  };
  places_.begin();
  rows.each_row([&](std::uint32_t r) {
    const weir_row& row = rows.at(r).raw();
    const Places& places = places_.of(rows.home().fields() + row.field0, row.n_field, find);
    fill_fields_of(rows, r, places);
  });
}

void Defaults::find_places(Places& places, const editor& rows, const std::uint32_t* keys,
                           std::uint32_t n) const {
  places.clear();
  for (const auto& [key, value] : fields) {
    std::uint32_t i = 0;
    while (i < n && rows.str(keys[i]) != key) ++i;
    places.push(i < n ? i : absent);
  }
}

// New fields stand behind the row's others, so that places stay what they were.
void Defaults::fill_fields_of(editor& rows, std::uint32_t r, const Places& places) {
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    if (places[i] == absent) {
      rows.put_field(r, values_[i].key, values_[i]);
    } else if (is_blank(rows, rows.field_at(r, places[i]))) {
      rows.set_value(r, places[i], values_[i]);
    }
  }
}

void Defaults::fill_tags(editor& rows) const {
  for (const auto& [key, value] : tags) {
    const std::string& fallback = value;
    rows.add_tag(key, fallback, false);
    rows.each_tag_value(key, [&](std::string_view now) {
      return common::trim_space(now).empty() ? &fallback : nullptr;
    });
  }
}

}  // namespace weir::defaults

WEIR_MODULE("defaults", "1.0.0", weir::defaults::Defaults)
