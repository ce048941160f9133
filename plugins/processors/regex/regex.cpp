#include "plugins/processors/regex/regex.hpp"

#include <utility>

namespace weir::regex {
namespace {

std::string path_of(const std::string& table, std::size_t number) {
  return table + "[" + std::to_string(number) + "].";
}

}  // namespace

void Regex::init() {
  add_value_rules(tags, "tags", tag_rules_);
  add_value_rules(fields, "fields", field_rules_);
  tag_names_ = name_rules(tag_rename, "tag_rename");
  field_names_ = name_rules(field_rename, "field_rename");
  metric_names_ = name_rules(metric_rename, "metric_rename");
}

void Regex::add_value_rules(const std::vector<RuleOptions>& from, const std::string& table,
                            std::deque<ValueRule>& to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const RuleOptions& o = from[i];
    to.emplace_back(ValueRule::Settings{o.key, o.pattern, o.replacement, o.result_key, o.append},
                    path_of(table, i), self);
    if (o.append && table == "fields") {
      self.warn(path_of(table, i) + "append has no effect: it is for tags");
    }
  }
}

std::vector<Regex::NameRule> Regex::name_rules(const std::vector<RuleOptions>& from,
                                               const std::string& table) const {
  std::vector<NameRule> made;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const RuleOptions& o = from[i];
    const std::string path = path_of(table, i);
    const bool of_metrics = table == "metric_rename";
    if (!of_metrics && !o.result_key.empty() && o.result_key != "keep" &&
        o.result_key != "overwrite") {
      throw config_error(path + "result_key",
                         "\"" + o.result_key + "\" has to be \"keep\" or \"overwrite\"");
    }
    if (of_metrics && !o.result_key.empty()) {
      self.warn(path + "result_key has no effect on metrics");
    }
    warn_of(o, path);
    made.push_back(
        {Pattern(o.pattern, o.replacement, path + "pattern"), o.result_key == "overwrite"});
  }
  return made;
}

void Regex::warn_of(const RuleOptions& rule, const std::string& path) const {
  if (!rule.key.empty()) self.warn(path + "key has no effect: the pattern chooses the names");
  if (rule.append) self.warn(path + "append has no effect: it is for tags");
}

void Regex::edit(editor& rows) {
  for (ValueRule& rule : tag_rules_) change_tags(rows, rule);
  for (ValueRule& rule : field_rules_) change_fields(rows, rule);
  for (const NameRule& rule : tag_names_) {
    rows.each_tag_keys([&](tag_keys& keys) { rename(keys, rule); });
  }
  for (const NameRule& rule : field_names_) {
    rows.each_field_keys([&](field_keys& keys) { rename(keys, rule); });
  }
  for (const NameRule& rule : metric_names_) {
    rows.each_name([&](std::string_view name) {
      return rule.pattern.replace(name, made_) ? &made_ : nullptr;
    });
  }
}

void Regex::change_tags(editor& rows, ValueRule& rule) {
  if (!rule.in_place()) {
    return rows.each_tag_range(
        [&](detail::pod_vector<weir_tag>& range) { return change_range(rows, rule, range); });
  }
  rows.each_tag_value_of([&](std::string_view key) { return rule.is_for(key); },
                         [&](std::string_view value) -> const std::string* {
                           const Outcome& outcome = rule.outcome(value);
                           if (!outcome.matched || !rule.append()) {
                             return outcome.matched ? &outcome.text : nullptr;
                           }
                           made_.assign(value).append(outcome.text);
                           return &made_;
                         });
}

// Tags that the rule makes are not looked at themselves.
bool Regex::change_range(editor& rows, ValueRule& rule, detail::pod_vector<weir_tag>& range) {
  bool changed = false;
  for (std::uint32_t i = 0, n = range.size(); i < n; ++i) {
    if (!rule.is_for(rows.str(range[i].key))) continue;
    const Outcome& outcome = rule.outcome(rows.str(range[i].val));
    if (!outcome.matched) continue;
    changed = true;
    set_all(rows, range, rule, outcome);
  }
  return changed;
}

// What the rule made of a value: the replacement, or the groups that matched something.
void Regex::set_all(editor& rows, detail::pod_vector<weir_tag>& range, const ValueRule& rule,
                    const Outcome& outcome) {
  if (rule.group_names().empty()) {
    return set(rows, range, rule.result_key(), outcome.text, rule.append());
  }
  for (std::size_t g = 0; g < outcome.groups.size(); ++g) {
    if (outcome.groups[g].empty()) continue;
    set(rows, range, rule.group_names()[g], outcome.groups[g], rule.append());
  }
}

void Regex::set(editor& rows, detail::pod_vector<weir_tag>& range, const std::string& key,
                const std::string& value, bool append) {
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    if (rows.str(range[i].key) != key) continue;
    made_.clear();
    if (append) made_ = rows.str(range[i].val);
    range[i].val = rows.intern(made_.append(value));
    return;
  }
  range.push({rows.intern(key), rows.intern(value)});
}

void Regex::change_fields(editor& rows, ValueRule& rule) {
  const auto find = [&](Places& places, const std::uint32_t* keys, std::uint32_t n) {
    places.clear();
    for (std::uint32_t i = 0; i < n; ++i) {
      if (rule.is_for(rows.str(keys[i]))) places.push(i);
    }
  };
  places_.begin();
  rows.each_row([&](std::uint32_t r) {
    const weir_row& row = rows.at(r).raw();
    const Places& places = places_.of(rows.home().fields() + row.field0, row.n_field, find);
    for (std::uint32_t i = 0; i < places.size(); ++i) change_field(rows, r, places[i], rule);
  });
}

// New fields stand behind the row's others, so i stays what it was.
void Regex::change_field(editor& rows, std::uint32_t r, std::uint32_t i, ValueRule& rule) {
  const weir_field& field = rows.field_at(r, i);
  if (field.type != WEIR_STRING) return;
  const Outcome& outcome = rule.outcome(rows.home().text(field.v.str));
  if (!outcome.matched) return;
  if (rule.in_place()) return rows.set_value(r, i, rows.make_field(outcome.text));
  if (rule.group_names().empty()) return rows.set_field(r, rule.result_key(), outcome.text);
  for (std::size_t g = 0; g < outcome.groups.size(); ++g) {
    if (!outcome.groups[g].empty()) rows.set_field(r, rule.group_names()[g], outcome.groups[g]);
  }
}

// Names that are free are taken at once, those that replace another one when all were looked at.
template <typename Keys>
void Regex::rename(Keys& keys, const NameRule& rule) {
  std::vector<std::pair<std::string, std::string>> later;
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (!rule.pattern.replace(keys.key(i), made_)) continue;
    if (keys.find(made_) < 0) {
      keys.rename(i, made_);
    } else if (rule.overwrite && made_ != keys.key(i)) {
      later.emplace_back(keys.key(i), made_);
    }
  }
  for (const auto& [from, to] : later) {
    const int at = keys.find(from);
    if (at >= 0) keys.rename(static_cast<std::uint32_t>(at), to);
  }
}

}  // namespace weir::regex

WEIR_MODULE("regex", "1.0.0", weir::regex::Regex)
