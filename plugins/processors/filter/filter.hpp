#pragma once

// Keeps or drops metrics by rules about their names, tags and fields.

#include <string>
#include <vector>

#include <weir/glob.hpp>
#include <weir/weir.hpp>

namespace weir::filter {

// All criteria that are given have to hold.
struct RuleOptions {
  std::vector<std::string> name;
  map<std::vector<std::string>> tags;
  std::vector<std::string> fields;
  std::string action;
  static constexpr auto options = std::tuple{
      opt{"name", &RuleOptions::name, "[]", "The metric's name is one of these; globs"},
      opt{"tags", &RuleOptions::tags, "{}",
          "Each of these tags is there, with one of the values; globs"},
      opt{"fields", &RuleOptions::fields, "[]", "At least one of these fields is there; globs"},
      opt{"action", &RuleOptions::action, "\"drop\"", "What happens to the metric: pass or drop"}};
};

struct Filter {
  static constexpr info meta{"filter", "1.0.0", "Keep or drop metrics by rules"};

  std::string default_action;
  std::vector<RuleOptions> rules;
  static constexpr auto options =
      std::tuple{opt{"default", &Filter::default_action, "\"pass\"",
                     "What happens where no rule applies: pass or drop"},
                 opt{"rule", &Filter::rules, "[]",
                     "Rules in their order; the first one that applies decides"}};

  void init();
  void keep(const batch& rows, kept_rows& kept);

 private:
  // A question about one string, answered once for each string of a batch.
  struct Question {
    glob_list globs;
    id_memo<bool> known;

    bool matches(const block& home, std::uint32_t id);
  };
  struct TagQuestion {
    std::string key;
    Question values;
  };
  struct Rule {
    bool pass = false;
    Question name;
    std::size_t tag0 = 0, tag_end = 0;  // of tag_questions_
    glob_list fields;
  };
  using Places =
      detail::pod_vector<std::uint32_t>;  // where the keys of tag_questions_ stand, or nowhere
  using FieldsHold =
      detail::pod_vector<std::uint8_t>;  // for each rule: whether one of its fields is there

  Rule compile(const RuleOptions& rule, const std::string& path);
  void begin(const block& home);
  void end();
  bool passes(const block& home, const weir_row& row);
  bool tags_match(const Rule& rule, const block& home, const weir_row& row);
  const Places& places_of(const block& home, const weir_row& row);
  bool fields_match(std::size_t rule, const block& home, const weir_row& row);

  bool default_pass_ = true;
  std::vector<Rule> compiled_;
  std::vector<TagQuestion> tag_questions_;
  key_shapes<Places> places_;
  key_shapes<FieldsHold> fields_hold_;
};

}  // namespace weir::filter
