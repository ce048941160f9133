#pragma once

// Renames metrics, tags and fields.

#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

namespace weir::rename {

// What one rule renames: of metric, tag and field the first that is given.
struct Replace {
  std::string measurement, tag, field, dest;
  static constexpr auto options = std::tuple{
      opt{"measurement", &Replace::measurement, "\"\"", "Name of the metric to rename"},
      opt{"tag", &Replace::tag, "\"\"", "Key of the tag to rename"},
      opt{"field", &Replace::field, "\"\"", "Key of the field to rename"},
      opt{"dest", &Replace::dest, "\"\"", "The new name; without one the rule does nothing"}};
};

struct Rename {
  static constexpr info meta{"rename", "1.0.0", "Rename metrics, tags and fields"};

  std::vector<Replace> replaces;
  static constexpr auto options =
      std::tuple{opt{"replace", &Rename::replaces, "[]",
                     "Rules, applied in their order, each to what the ones before left"}};
  host self;

  void init();
  void edit(editor& rows);

 private:
  struct Rule {
    std::string from, to;
  };
  void add(const Replace& replace, std::size_t number);
  const std::string* new_name(std::string_view name) const;

  std::vector<Rule> names_, tags_, fields_;
};

}  // namespace weir::rename
