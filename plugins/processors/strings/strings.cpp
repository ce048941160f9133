#include "plugins/processors/strings/strings.hpp"

namespace weir::strings {
namespace {

constexpr std::string_view every = "*";

bool is_wanted(std::string_view wanted, std::string_view key) {
  return wanted == every || wanted == key;
}

// Where part, which lies inside whole, is in the batch, given where whole is.
std::uint64_t reference_of(std::uint64_t whole_ref, std::string_view whole, std::string_view part) {
  const auto begin = static_cast<std::uint64_t>(part.data() - whole.data());
  const std::uint64_t offset = (whole_ref & 0xffffffffU) + begin;
  return offset | std::uint64_t{part.size()} << 32U;
}

bool is_inside(std::string_view whole, std::string_view part) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace

void Strings::init() {
  add(Operation::lowercase, lowercase);
  add(Operation::uppercase, uppercase);
  add(Operation::titlecase, titlecase);
  add(Operation::trim, trim);
  add(Operation::trim_left, trim_left);
  add(Operation::trim_right, trim_right);
  add(Operation::trim_prefix, trim_prefix);
  add(Operation::trim_suffix, trim_suffix);
  add(Operation::replace, replace);
  add(Operation::left, left);
  add(Operation::base64decode, base64decode);
  add(Operation::valid_utf8, valid_utf8);
}

void Strings::add(Operation operation, const std::vector<RuleOptions>& rules) {
  for (const RuleOptions& o : rules) {
    rules_.push_back({o, Change(operation, {o.cutset, o.prefix, o.suffix, o.old_text, o.new_text,
                                            o.replacement, o.width})});
  }
}

void Strings::edit(editor& rows) {
  for (Rule& rule : rules_) apply(rows, rule);
}

void Strings::apply(editor& rows, Rule& rule) {
  if (!rule.of.field.empty()) change_fields(rows, rule);
  if (!rule.of.field_key.empty()) {
    rows.each_field_keys([&](field_keys& keys) { change_keys(keys, rule, rule.of.field_key); });
  }
  if (!rule.of.tag.empty()) change_tags(rows, rule);
  if (!rule.of.tag_key.empty()) {
    rows.each_tag_keys([&](tag_keys& keys) { change_keys(keys, rule, rule.of.tag_key); });
  }
  if (!rule.of.measurement.empty()) change_names(rows, rule);
}

const std::string* Strings::changed(Rule& rule, std::string_view text) {
  const std::string_view made = rule.change.apply(text);
  if (made == text) return nullptr;
  made_.assign(made);
  return &made_;
}

void Strings::change_names(editor& rows, Rule& rule) {
  rows.each_name([&](std::string_view name) {
    return is_wanted(rule.of.measurement, name) ? changed(rule, name) : nullptr;
  });
}

void Strings::change_tags(editor& rows, Rule& rule) {
  const bool all = rule.of.tag == every;
  if (!all && !rule.of.dest.empty()) {
    return rows.each_tag_range(
        [&](detail::pod_vector<weir_tag>& range) { return copy_tag(rows, rule, range); });
  }
  rows.each_tag_value(all ? std::string_view{} : std::string_view(rule.of.tag),
                      [&](std::string_view value) { return changed(rule, value); });
}

bool Strings::copy_tag(editor& rows, Rule& rule, detail::pod_vector<weir_tag>& range) {
  const weir_tag* from = nullptr;
  weir_tag* to = nullptr;
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    if (rows.str(range[i].key) == rule.of.tag) from = &range[i];
    if (rows.str(range[i].key) == rule.of.dest) to = &range[i];
  }
  if (from == nullptr) return false;
  made_.assign(rule.change.apply(rows.str(from->val)));
  const std::uint32_t id = rows.intern(made_);
  if (to != nullptr) {
    to->val = id;
  } else {
    range.push({rows.intern(rule.of.dest), id});
  }
  return true;
}

void Strings::change_fields(editor& rows, Rule& rule) {
  const auto find = [&](Places& places, const std::uint32_t* keys, std::uint32_t n) {
    places.clear();
    for (std::uint32_t i = 0; i < n; ++i) {
      if (is_wanted(rule.of.field, rows.str(keys[i]))) places.push(i);
    }
  };
  places_.begin();
  rows.each_row([&](std::uint32_t r) {
    const weir_row& row = rows.at(r).raw();
    const Places& places = places_.of(rows.home().fields() + row.field0, row.n_field, find);
    for (std::uint32_t i = 0; i < places.size(); ++i) change_field(rows, r, places[i], rule);
  });
}

// What is cut out of a text needs no bytes of its own.
void Strings::change_field(editor& rows, std::uint32_t r, std::uint32_t place, Rule& rule) {
  weir_field field = rows.field_at(r, place);
  if (field.type != WEIR_STRING) return;
  const std::string_view text = rows.home().text(field.v.str);
  const std::string_view made = rule.change.apply(text);
  field.v.str = is_inside(text, made) ? reference_of(field.v.str, text, made) : rows.store(made);
  if (rule.of.dest.empty() || rule.of.field == every) {
    rows.set_value(r, place, field);
  } else {
    rows.put_field(r, rule.of.dest, field);
  }
}

// A key of which nothing would be left stays.
template <typename Keys>
void Strings::change_keys(Keys& keys, Rule& rule, const std::string& wanted) {
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (!is_wanted(wanted, keys.key(i))) continue;
    const std::string* made = changed(rule, keys.key(i));
    if (made == nullptr || made->empty()) continue;
    const int there = keys.find(*made);
    keys.rename(i, *made);
    if (there >= 0 && static_cast<std::uint32_t>(there) < i) --i;
  }
}

}  // namespace weir::strings

WEIR_MODULE("strings", "1.0.0", weir::strings::Strings)
