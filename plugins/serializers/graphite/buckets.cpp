#include "plugins/serializers/graphite/buckets.hpp"

#include <algorithm>
#include <utility>

namespace weir::graphite {
namespace {

void put_without_dots(std::string_view s, std::string& to) {
  const std::size_t at = to.size();
  to.append(s);
  std::replace(to.begin() + static_cast<std::ptrdiff_t>(at), to.end(), '.', '_');
}

}  // namespace

Template::Template(std::string_view text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('.', at), text.size());
    Part part = part_of(text.substr(at, end - at));
    if (part.what != What::tag || !names(part.key)) parts_.push_back(std::move(part));
    at = end + 1;
  }
}

Template::Part Template::part_of(std::string_view text) {
  if (text == "measurement") return {What::measurement, ""};
  if (text == "field") return {What::field, ""};
  if (text == "tags") return {What::tags, ""};
  return {What::tag, std::string(text)};
}

bool Template::names(std::string_view key) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [key](const Part& p) { return p.what == What::tag && p.key == key; });
}

bool Template::apply(const row& r, std::string_view prefix, Bucket& to) const {
  to.name.assign(prefix);
  to.field_at = std::string::npos;
  std::size_t n = prefix.empty() ? 0 : 1;
  const std::size_t before = n;
  for (const Part& part : parts_) {
    const std::string_view tag = part.what == What::tag ? r.tag(part.key) : std::string_view("");
    if (tag.data() == nullptr) continue;
    if (n++ != 0) to.name += '.';
    switch (part.what) {
      case What::measurement: to.name.append(r.name()); break;
      case What::field: to.field_at = std::min(to.field_at, to.name.size()); break;
      case What::tags: put_tags(r, to.name); break;
      case What::tag: put_without_dots(tag, to.name); break;
    }
  }
  return n != before;
}

// In the order of their keys, which is that of the row.
void Template::put_tags(const row& r, std::string& to) const {
  bool first = true;
  for (const auto& t : r.tags()) {
    if (names(t.key)) continue;
    if (!first) to += '.';
    first = false;
    put_without_dots(t.value, to);
  }
}

void put_field(const Bucket& bucket, std::string_view field, std::string& to) {
  constexpr std::string_view placeholder = "FIELDNAME";
  to.assign(bucket.name);
  if (bucket.field_at == std::string::npos) return;
  if (field != "value") {
    to.insert(bucket.field_at, field);
    const auto begin = to.begin() + static_cast<std::ptrdiff_t>(bucket.field_at);
    std::replace(begin, begin + static_cast<std::ptrdiff_t>(field.size()), '.', '_');
  } else if (to.empty()) {
    to.assign(placeholder);
  } else {
    to.erase(bucket.field_at > 0 ? bucket.field_at - 1 : 0, 1);  // the dot beside it
  }
}

}  // namespace weir::graphite
