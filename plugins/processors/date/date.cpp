#include "plugins/processors/date/date.hpp"

namespace weir::date {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

std::int64_t unit_of(std::string_view format) {
  if (format == "unix") return ns_per_s;
  if (format == "unix_ms") return 1'000'000;
  if (format == "unix_us") return 1'000;
  return format == "unix_ns" ? 1 : 0;
}

std::int64_t floor_seconds(std::int64_t ns) { return ns / ns_per_s - (ns % ns_per_s < 0 ? 1 : 0); }

// Of a time before 1970 a second is rounded down and everything smaller towards 1970, as in Telegraf.
std::int64_t in_units(std::int64_t ns, std::int64_t unit_ns) {
  return unit_ns == ns_per_s ? floor_seconds(ns) : ns / unit_ns;
}

}  // namespace

void Date::init() {
  if (tag_key.empty() == field_key.empty()) {
    throw config_error(tag_key.empty() ? "" : "field_key",
                       tag_key.empty() ? "tag_key or field_key is needed"
                                       : "only one of tag_key and field_key may be given");
  }
  const std::string why = zone_.load(timezone);
  if (!why.empty()) throw config_error("timezone", why);
  if (!field_key.empty()) unit_ns_ = unit_of(date_format);
  layout_ = common::GoLayout(date_format);
  std::string whole, fraction;
  layout_.format(0, 0, zone_, whole);
  layout_.format(0, 123'456'789, zone_, fraction);
  has_fraction_ = whole != fraction;
}

void Date::edit(editor& rows) {
  if (unit_ns_ != 0) return set_numbers(rows);
  if (!field_key.empty()) return set_fields(rows);
  if (!set_one_tag(rows)) set_tags(rows);
}

const std::string& Date::text_of(std::int64_t time_ns) {
  std::int64_t ns = 0;
  if (__builtin_add_overflow(time_ns, date_offset.ns, &ns)) ns = time_ns;
  const std::int64_t seconds = floor_seconds(ns);
  const std::int64_t wanted = has_fraction_ ? ns : seconds;
  if (known_ && known_for_ == wanted) return known_text_;
  known_text_.clear();
  layout_.format(seconds, static_cast<std::int32_t>(ns - seconds * ns_per_s), zone_, known_text_);
  known_ = true;
  known_for_ = wanted;
  return known_text_;
}

// The metrics of a batch mostly have the same month or hour: then they keep sharing their tags.
bool Date::set_one_tag(editor& rows) {
  std::string text;
  bool first = true, same = true;
  rows.each_row([&](std::uint32_t r) {
    if (!same) return;
    const std::string& made = text_of(rows.at(r).time_ns());
    if (first) text = made;
    first = false;
    same = made == text;
  });
  if (same && !first) rows.add_tag(tag_key, text, true);
  return same;
}

void Date::set_tags(editor& rows) {
  rows.each_row([&](std::uint32_t r) { rows.set_tag(r, tag_key, text_of(rows.at(r).time_ns())); });
}

// Equal texts that follow each other are the same bytes of the batch.
void Date::set_fields(editor& rows) {
  const std::uint32_t key = rows.intern(field_key);
  std::string stored;
  weir_field field{};
  rows.each_row([&](std::uint32_t r) {
    const std::string& text = text_of(rows.at(r).time_ns());
    if (field.type != WEIR_STRING || text != stored) {
      field = rows.make_field(std::string_view(text));
      stored = text;
    }
    rows.put_field(r, key, field);
  });
}

void Date::set_numbers(editor& rows) {
  const std::uint32_t key = rows.intern(field_key);
  weir_field field{};
  field.type = WEIR_I64;
  rows.each_row([&](std::uint32_t r) {
    const std::int64_t time_ns = rows.at(r).time_ns();
    std::int64_t ns = 0;
    if (__builtin_add_overflow(time_ns, date_offset.ns, &ns)) ns = time_ns;
    field.v.i = in_units(ns, unit_ns_);
    rows.put_field(r, key, field);
  });
}

}  // namespace weir::date

WEIR_MODULE("date", "1.0.0", weir::date::Date)
