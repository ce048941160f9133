#include "plugins/processors/converter/converter.hpp"

#include "plugins/processors/converter/values.hpp"

namespace weir::converter {
namespace {

using enum Target;

// What Telegraf looks at first.
constexpr std::array tag_order{measurement, string, integer,  unsigned_integer,
                               boolean,     number, timestamp};
constexpr std::array field_order{measurement, tag,    number,    integer,     unsigned_integer,
                                 boolean,     string, timestamp, base64_float};
constexpr std::array<const char*, targets> names{
    "a name",    "a tag",   "a string", "an integer", "an unsigned integer",
    "a boolean", "a float", "a time",   "a float"};

std::size_t index(Target target) { return static_cast<std::size_t>(target); }

// The types that need no room beside the field.
bool convert(const value& from, Target target, weir_field& to) {
  to = weir_field{};
  bool truth = false;
  switch (target) {
    case integer: to.type = WEIR_I64; return to_integer(from, to.v.i);
    case unsigned_integer: to.type = WEIR_U64; return to_unsigned(from, to.v.u);
    case number: to.type = WEIR_F64; return to_float(from, to.v.f);
    case base64_float:
      to.type = WEIR_F64;
      return from.type() == WEIR_STRING && base64_to_float(from.str(), to.v.f);
    case boolean:
      to.type = WEIR_BOOL;
      if (!to_boolean(from, truth)) return false;
      to.v.u = truth ? 1 : 0;
      return true;
    default: return false;
  }
}

// A string of the table as the value of a field: both are ranges of the same bytes.
weir_field string_field(const block& home, std::uint32_t id) {
  const weir_sref s = home.strs()[id];
  weir_field f{};
  f.type = WEIR_STRING;
  f.v.str = s.off | std::uint64_t{s.len} << 32U;
  return f;
}

}  // namespace

void Converter::init() {
  if (!tags && !fields) throw config_error("", "a table \"tags\" or \"fields\" is needed");
  if (tags) {
    tag_rules_ = compile(*tags, "tags.");
    tag_rules_->order.assign(tag_order.begin(), tag_order.end());
    if (!tags->tag.empty()) self.warn("tags.tag has no effect: these are tags already");
    if (!tags->base64_float.empty()) {
      self.warn("tags.base64_ieee_float32 has no effect: it is for fields");
    }
  }
  if (fields) {
    field_rules_ = compile(*fields, "fields.");
    field_rules_->order.assign(field_order.begin(), field_order.end());
  }
}

Converter::Rules Converter::compile(const Conversion& from, const std::string& path) const {
  Rules made;
  const auto add = [&](Target target, const char* option, const std::vector<std::string>& keys) {
    made.keys[index(target)] = globs_of(path + option, keys);
  };
  add(measurement, "measurement", from.measurement);
  add(tag, "tag", from.tag);
  add(string, "string", from.string);
  add(integer, "integer", from.integer);
  add(unsigned_integer, "unsigned", from.unsigned_integer);
  add(boolean, "boolean", from.boolean);
  add(number, "float", from.number);
  add(timestamp, "timestamp", from.timestamp);
  add(base64_float, "base64_ieee_float32", from.base64_float);
  if (from.timestamp.empty()) return made;
  if (from.timestamp_format.empty()) {
    throw config_error(path + "timestamp_format",
                       "a format is needed: \"unix\", or an example such as \"2006-01-02\"");
  }
  made.time.emplace(from.timestamp_format);
  return made;
}

std::optional<Target> Converter::Rules::target_of(std::string_view key) const {
  for (const Target target : order) {
    if (keys[index(target)].matches(key)) return target;
  }
  return std::nullopt;
}

void Converter::plan(Plan& to, const Rules& rules, editor& rows, const std::uint32_t* keys,
                     std::uint32_t n) {
  to.clear();
  for (std::uint32_t i = 0; i < n; ++i) {
    if (const auto target = rules.target_of(rows.str(keys[i]))) to.push({i, *target});
  }
}

void Converter::edit(editor& rows) {
  if (tag_rules_) convert_tags(rows);
  if (field_rules_) convert_fields(rows);
}

// ---- tags ----

void Converter::convert_tags(editor& rows) {
  plans_.begin();
  rows.each_row([&](std::uint32_t r) {
    const weir_row& row = rows.at(r).raw();
    const Plan& steps = plans_.of(rows.home().tags() + row.tag0, row.n_tag,
                                  [&](Plan& to, const std::uint32_t* keys, std::uint32_t n) {
                                    plan(to, *tag_rules_, rows, keys, n);
                                  });
    if (steps.size() != 0) convert_tags_of(rows, r, steps);
  });
  rows.each_tag_keys([&](tag_keys& keys) {
    for (std::uint32_t i = keys.size(); i-- > 0;) {
      const auto target = tag_rules_->target_of(keys.key(i));
      if (target && *target != timestamp) keys.remove(i);
    }
  });
}

// Whether a tag becomes the time depends on its value: it is taken out here, the others in one go.
void Converter::convert_tags_of(editor& rows, std::uint32_t r, const Plan& steps) {
  const std::uint32_t tag0 = rows.at(r).raw().tag0;
  taken_.clear();
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    const weir_tag t = rows.home().tags()[tag0 + steps[i].place];
    if (convert_tag(rows, r, t, steps[i].target) && steps[i].target == timestamp) {
      taken_.emplace_back(rows.str(t.key));
    }
  }
  for (const std::string& key : taken_) rows.remove_tag(r, key);
}

bool Converter::convert_tag(editor& rows, std::uint32_t r, weir_tag t, Target target) {
  const weir_field text = string_field(rows.home(), t.val);
  const value from(rows.home(), text);
  weir_field made = text;
  bool converted = true;
  if (target == measurement) {
    rows.set_name(r, t.val);
  } else if (target == timestamp) {
    converted = set_time(rows, r, from, *tag_rules_);
  } else if (target != string) {
    converted = convert(from, target, made);
  }
  if (!converted) {
    complain("tag", rows.str(t.key), from, target);
  } else if (target != measurement && target != timestamp) {
    rows.put_field(r, t.key, made);
  }
  return converted;
}

// ---- fields ----

void Converter::convert_fields(editor& rows) {
  plans_.begin();
  rows.each_row([&](std::uint32_t r) {
    const weir_row& row = rows.at(r).raw();
    const Plan& steps = plans_.of(rows.home().fields() + row.field0, row.n_field,
                                  [&](Plan& to, const std::uint32_t* keys, std::uint32_t n) {
                                    plan(to, *field_rules_, rows, keys, n);
                                  });
    convert_fields_of(rows, r, steps);
  });
}

void Converter::convert_fields_of(editor& rows, std::uint32_t r, const Plan& steps) {
  std::uint32_t removed = 0;
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    const std::uint32_t place = steps[i].place - removed;
    weir_field made{};
    if (convert(value(rows.home(), rows.field_at(r, place)), steps[i].target, made)) {
      rows.set_value(r, place, made);
    } else if (!convert_field(rows, r, place, steps[i].target)) {
      rows.remove_field(r, place);
      ++removed;
    }
  }
}

// What convert() did not do: other things than numbers, and what cannot be done at all.
// False when the field has to go.
bool Converter::convert_field(editor& rows, std::uint32_t r, std::uint32_t place, Target target) {
  const weir_field field = rows.field_at(r, place);
  const value from(rows.home(), field);
  switch (target) {
    case measurement:
      to_text(from, text_);
      rows.set_name(r, text_);
      return false;
    case tag:
      key_ = rows.str(field.key);
      to_text(from, text_);
      rows.set_tag(r, key_, text_);
      return false;
    case timestamp:
      // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the step is one of theirs
      if (set_time(rows, r, from, *field_rules_)) return false;
      complain("field", rows.str(field.key), from, target);
      return true;
    case string:
      if (field.type == WEIR_STRING) return true;
      to_text(from, text_);
      rows.set_value(r, place, rows.make_field(text_));
      return true;
    default: complain("field", rows.str(field.key), from, target); return false;
  }
}

// ---- both ----

bool Converter::set_time(editor& rows, std::uint32_t r, const value& from, const Rules& rules) {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): rules for timestamps have it
  const common::TimestampFormat& format = *rules.time;
  std::int64_t ns = 0;
  why_ = "no number and no text";
  if (from.type() == WEIR_STRING) {
    why_ = format.read(from.str(), self.now(), ns);
  } else if (from.type() == WEIR_F64) {
    why_ = format.read(from.f64(), ns);
  } else if (from.type() == WEIR_I64 || (from.type() == WEIR_U64 && from.i64() >= 0)) {
    why_ = format.read(from.i64(), ns);
  }
  if (why_.empty()) rows.set_time(r, ns);
  return why_.empty();
}

// One line for each key and target, and only for so many.
void Converter::complain(std::string_view kind, std::string_view key, const value& what,
                         Target target) {
  self.count(0);
  if (complained_.size() >= complaints_max) return;
  const std::string about =
      std::string(kind) + " \"" + std::string(key) + "\" cannot become " + names[index(target)];
  if (!complained_.insert(about).second) return;
  to_text(what, text_);
  const std::string why = target == timestamp ? ", " + why_ + "; it stays" : "; it is removed";
  self.error("the " + about + ": \"" + text_.substr(0, 100) + "\"" + why + " (said once per key)");
}

}  // namespace weir::converter

WEIR_MODULE("converter", "1.0.0", weir::converter::Converter)
