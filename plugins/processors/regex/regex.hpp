#pragma once

// Changes tag and field values, and the names of tags, fields and metrics, by regular expressions.

#include <deque>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/processors/regex/pattern.hpp"
#include "plugins/processors/regex/value_rule.hpp"

namespace weir::regex {

struct RuleOptions {
  std::string key, pattern, replacement, result_key;
  bool append{};
  static constexpr auto options = std::tuple{
      opt{"key", &RuleOptions::key, "\"\"",
          "Tags or fields whose value is changed; a name or a glob"},
      opt{"pattern", &RuleOptions::pattern, "\"\"", "Regular expression of the value or name"},
      opt{"replacement", &RuleOptions::replacement, "\"\"",
          "What its matches become; ${1} and ${name} are groups"},
      opt{"result_key", &RuleOptions::result_key, "\"\"",
          "Tag or field that gets the result; of names: keep or overwrite one that exists"},
      opt{"append", &RuleOptions::append, "false",
          "Tags: put the result behind the value that is there"}};
};

struct Regex {
  static constexpr info meta{"regex", "1.0.0", "Change values and names by regular expressions"};

  std::vector<RuleOptions> tags, fields, tag_rename, field_rename, metric_rename;
  static constexpr auto options =
      std::tuple{opt{"tags", &Regex::tags, "[]", "Change tag values"},
                 opt{"fields", &Regex::fields, "[]", "Change values of string fields"},
                 opt{"tag_rename", &Regex::tag_rename, "[]", "Rename tags"},
                 opt{"field_rename", &Regex::field_rename, "[]", "Rename fields"},
                 opt{"metric_rename", &Regex::metric_rename, "[]", "Rename metrics"}};
  host self;

  void init();
  void edit(editor& rows);

 private:
  struct NameRule {
    Pattern pattern;
    bool overwrite;
  };
  using Places = detail::pod_vector<std::uint32_t>;

  void add_value_rules(const std::vector<RuleOptions>& from, const std::string& table,
                       std::deque<ValueRule>& to);
  std::vector<NameRule> name_rules(const std::vector<RuleOptions>& from,
                                   const std::string& table) const;
  void warn_of(const RuleOptions& rule, const std::string& path) const;

  void change_tags(editor& rows, ValueRule& rule);
  bool change_range(editor& rows, ValueRule& rule, detail::pod_vector<weir_tag>& range);
  void set_all(editor& rows, detail::pod_vector<weir_tag>& range, const ValueRule& rule,
               const Outcome& outcome);
  void set(editor& rows, detail::pod_vector<weir_tag>& range, const std::string& key,
           const std::string& value, bool append);
  void change_fields(editor& rows, ValueRule& rule);
  void change_field(editor& rows, std::uint32_t r, std::uint32_t i, ValueRule& rule);
  template <typename Keys>
  void rename(Keys& keys, const NameRule& rule);

  std::deque<ValueRule> tag_rules_, field_rules_;
  std::vector<NameRule> tag_names_, field_names_, metric_names_;
  key_shapes<Places> places_;  // of the fields that a rule is for
  std::string made_;
};

}  // namespace weir::regex
