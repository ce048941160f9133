#pragma once

// Changes texts: names of metrics, keys and values of tags, keys and values of fields.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/processors/strings/change.hpp"

namespace weir::strings {

struct RuleOptions {
  std::string field, field_key, tag, tag_key, measurement, dest;
  std::string cutset, prefix, suffix, old_text, new_text, replacement;
  std::int64_t width{};
  static constexpr auto options = std::tuple{
      opt{"field", &RuleOptions::field, "\"\"", "Field whose text is changed; * is every one"},
      opt{"field_key", &RuleOptions::field_key, "\"\"",
          "Field whose key is changed; * is every one"},
      opt{"tag", &RuleOptions::tag, "\"\"", "Tag whose value is changed; * is every one"},
      opt{"tag_key", &RuleOptions::tag_key, "\"\"", "Tag whose key is changed; * is every one"},
      opt{"measurement", &RuleOptions::measurement, "\"\"",
          "Metric whose name is changed; * is every one"},
      opt{"dest", &RuleOptions::dest, "\"\"", "Field or tag that gets the result; not with *"},
      opt{"cutset", &RuleOptions::cutset, "\"\"",
          "trim, trim_left, trim_right: characters that go; white space if empty"},
      opt{"prefix", &RuleOptions::prefix, "\"\"", "trim_prefix: what goes"},
      opt{"suffix", &RuleOptions::suffix, "\"\"", "trim_suffix: what goes"},
      opt{"old", &RuleOptions::old_text, "\"\"", "replace: what is replaced"},
      opt{"new", &RuleOptions::new_text, "\"\"", "replace: by what"},
      opt{"width", &RuleOptions::width, "0", "left: bytes that stay"}.in("0.."),
      opt{"replacement", &RuleOptions::replacement, "\"\"",
          "valid_utf8: what stands for bytes that are no UTF-8"}};
};

struct Strings {
  static constexpr info meta{"strings", "1.0.0", "Change names, keys and texts"};

  std::vector<RuleOptions> lowercase, uppercase, titlecase, trim, trim_left, trim_right,
      trim_prefix, trim_suffix, replace, left, base64decode, valid_utf8;
  static constexpr auto options = std::tuple{
      opt{"lowercase", &Strings::lowercase, "[]", "Small letters"},
      opt{"uppercase", &Strings::uppercase, "[]", "Capital letters"},
      opt{"titlecase", &Strings::titlecase, "[]", "A capital letter at the begin of every word"},
      opt{"trim", &Strings::trim, "[]", "Takes characters off both ends"},
      opt{"trim_left", &Strings::trim_left, "[]", "Takes characters off the begin"},
      opt{"trim_right", &Strings::trim_right, "[]", "Takes characters off the end"},
      opt{"trim_prefix", &Strings::trim_prefix, "[]", "Takes one text off the begin"},
      opt{"trim_suffix", &Strings::trim_suffix, "[]", "Takes one text off the end"},
      opt{"replace", &Strings::replace, "[]", "Replaces a text wherever it stands"},
      opt{"left", &Strings::left, "[]", "Leaves the first bytes"},
      opt{"base64decode", &Strings::base64decode, "[]", "Decodes base64 that holds UTF-8"},
      opt{"valid_utf8", &Strings::valid_utf8, "[]", "Replaces bytes that are no UTF-8"}};

  void init();
  void edit(editor& rows);

 private:
  struct Rule {
    RuleOptions of;
    Change change;
  };
  using Places = detail::pod_vector<std::uint32_t>;

  void add(Operation operation, const std::vector<RuleOptions>& rules);
  void apply(editor& rows, Rule& rule);
  const std::string* changed(Rule& rule, std::string_view text);
  void change_names(editor& rows, Rule& rule);
  void change_tags(editor& rows, Rule& rule);
  bool copy_tag(editor& rows, Rule& rule, detail::pod_vector<weir_tag>& range);
  void change_fields(editor& rows, Rule& rule);
  void change_field(editor& rows, std::uint32_t r, std::uint32_t place, Rule& rule);
  template <typename Keys>
  void change_keys(Keys& keys, Rule& rule, const std::string& wanted);

  std::deque<Rule> rules_;
  key_shapes<Places> places_;
  std::string made_;
};

}  // namespace weir::strings
