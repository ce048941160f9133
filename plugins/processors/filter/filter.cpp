#include "plugins/processors/filter/filter.hpp"

#include <algorithm>

namespace weir::filter {
namespace {

constexpr std::uint32_t nowhere = 0xffffffffU;
// Memory for answers that a question keeps from batch to batch.
constexpr std::size_t known_bytes_max = 256U << 10;

bool is_pass(const std::string& action, bool otherwise, const std::string& option) {
  if (action.empty()) return otherwise;
  if (action != "pass" && action != "drop") {
    throw config_error(option,
                       "\"" + action + "\" is no action; it has to be \"pass\" or \"drop\"");
  }
  return action == "pass";
}

}  // namespace

void Filter::init() {
  default_pass_ = is_pass(default_action, true, "default");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    compiled_.push_back(compile(rules[i], "rule[" + std::to_string(i) + "]."));
  }
}

Filter::Rule Filter::compile(const RuleOptions& rule, const std::string& path) {
  Rule made;
  made.pass = is_pass(rule.action, false, path + "action");
  made.name.globs = globs_of(path + "name", rule.name);
  made.fields = globs_of(path + "fields", rule.fields);
  made.tag0 = tag_questions_.size();
  for (const auto& [key, values] : rule.tags) {
    if (values.empty()) {
      throw config_error(path + "tags." + key, "the list of values is empty; \"*\" matches any");
    }
    TagQuestion& question = tag_questions_.emplace_back();
    question.key = key;
    question.values.globs = globs_of(path + "tags." + key, values);
  }
  made.tag_end = tag_questions_.size();
  return made;
}

void Filter::keep(const batch& rows, kept_rows& kept) {
  const block& home = rows.home();
  begin(home);
  for (const row r : rows) {
    if (!passes(home, r.raw())) kept.drop(r.index());
  }
  end();
}

void Filter::begin(const block& home) {
  const std::uint32_t strings = home.head().n_strs;
  for (Rule& rule : compiled_) rule.name.known.begin(strings);
  for (TagQuestion& question : tag_questions_) question.values.known.begin(strings);
  places_.begin();
  fields_hold_.begin();
}

// An unusually large batch leaves no large memory behind.
void Filter::end() {
  const auto trim = [](Question& question) {
    if (question.known.capacity_bytes() > known_bytes_max) question.known.give_back();
  };
  for (Rule& rule : compiled_) trim(rule.name);
  for (TagQuestion& question : tag_questions_) trim(question.values);
}

bool Filter::passes(const block& home, const weir_row& row) {
  for (std::size_t i = 0; i < compiled_.size(); ++i) {
    Rule& rule = compiled_[i];
    if (!rule.name.globs.empty() && !rule.name.matches(home, row.name)) continue;
    if (rule.tag0 != rule.tag_end && !tags_match(rule, home, row)) continue;
    if (!rule.fields.empty() && !fields_match(i, home, row)) continue;
    return rule.pass;
  }
  return default_pass_;
}

bool Filter::Question::matches(const block& home, std::uint32_t id) {
  if (const bool* answer = known.find(id)) return *answer;
  const bool answer = globs.matches(home.str(id));
  known.set(id, answer);
  return answer;
}

bool Filter::tags_match(const Rule& rule, const block& home, const weir_row& row) {
  const Places& places = places_of(home, row);
  const weir_tag* tags = home.tags() + row.tag0;
  for (std::size_t i = rule.tag0; i < rule.tag_end; ++i) {
    if (places[i] == nowhere || !tag_questions_[i].values.matches(home, tags[places[i]].val)) {
      return false;
    }
  }
  return true;
}

const Filter::Places& Filter::places_of(const block& home, const weir_row& row) {
  const auto find = [&](Places& places, const std::uint32_t* keys, std::uint32_t n) {
    places.clear();
    for (const TagQuestion& question : tag_questions_) {
      std::uint32_t i = 0;
      while (i < n && home.str(keys[i]) != question.key) ++i;
      places.push(i == n ? nowhere : i);
    }
  };
  return places_.of(home.tags() + row.tag0, row.n_tag, find);
}

bool Filter::fields_match(std::size_t rule, const block& home, const weir_row& row) {
  const auto holds = [&](const Rule& one, const std::uint32_t* keys, std::uint32_t n) {
    return std::any_of(keys, keys + n,
                       [&](std::uint32_t key) { return one.fields.matches(home.str(key)); });
  };
  const auto decide = [&](FieldsHold& hold, const std::uint32_t* keys, std::uint32_t n) {
    hold.clear();
    for (const Rule& one : compiled_) hold.push(holds(one, keys, n));
  };
  return fields_hold_.of(home.fields() + row.field0, row.n_field, decide)[rule] != 0;
}

}  // namespace weir::filter

WEIR_MODULE("filter", "1.0.0", weir::filter::Filter)
