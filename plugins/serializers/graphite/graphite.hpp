#pragma once

// serializers.graphite: each number of a metric is a line "name value time".

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <weir/glob.hpp>
#include <weir/weir.hpp>

#include "plugins/serializers/graphite/buckets.hpp"
#include "plugins/serializers/graphite/sanitizer.hpp"

namespace weir::graphite {

class GraphiteSerializer {
 public:
  static constexpr info meta{"graphite", "1.0.0", "Graphite plaintext protocol", WEIR_ROWS_ALONE};
  static constexpr const char* sanitize_modes[] = {"strict", "compatible", ""};

  std::string prefix, template_text, strict_sanitize_regex, tag_sanitize_mode, separator;
  std::vector<std::string> templates;
  bool tag_support{};
  static constexpr auto options = std::tuple{
      opt{"prefix", &GraphiteSerializer::prefix, "\"\"", "What all names begin with"},
      opt{"template", &GraphiteSerializer::template_text, "\"\"",
          "How names are made of measurement, tags and field"},
      opt{"templates", &GraphiteSerializer::templates, "[]",
          "The same for measurements that a glob before it matches"},
      opt{"graphite_strict_sanitize_regex", &GraphiteSerializer::strict_sanitize_regex, "\"\"",
          "What becomes _ in names; without it all but letters, digits and - : . _ ="},
      opt{"graphite_tag_support", &GraphiteSerializer::tag_support, "false",
          "Tags of Graphite 1.1 instead of templates"},
      opt{"graphite_tag_sanitize_mode", &GraphiteSerializer::tag_sanitize_mode, "\"strict\"",
          "strict: tags as names; compatible: all that Graphite allows"}
          .one_of(sanitize_modes),
      opt{"graphite_separator", &GraphiteSerializer::separator, "\".\"",
          "What stands between measurement and field where tags are supported"}};

  void init();
  void serialize(const row& r, text& out);

 private:
  struct Filtered {
    glob_list names;
    Template made;
  };
  void add_template(const std::string& text, std::size_t i);
  const Template& template_of(std::string_view name) const;
  void begin_tagged_name(const row& r);
  void put_tags(const row& r);
  void make_name(std::string_view field);
  static char* put_number(char* to, const weir_field& f);

  std::unique_ptr<const Sanitizer> sanitizer_;
  std::vector<std::unique_ptr<Filtered>> filtered_;
  std::unique_ptr<const Template> otherwise_;
  Bucket bucket_;     // of the row
  std::string tags_;  // of the row, behind its names
  std::vector<std::string> pairs_;
  std::string name_;
};

}  // namespace weir::graphite
