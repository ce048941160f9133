#pragma once

// Gives metrics a name and tags, whatever they had before.

#include <string>

#include <weir/weir.hpp>

namespace weir::overriding {

struct Override {
  static constexpr info meta{"override", "1.0.0", "Override name and tags of metrics"};

  std::string name_override, name_prefix, name_suffix;
  map<std::string> tags;
  static constexpr auto options = std::tuple{
      opt{"name_override", &Override::name_override, "\"\"", "Name instead of the metric's own"},
      opt{"name_prefix", &Override::name_prefix, "\"\"", "Put before the name"},
      opt{"name_suffix", &Override::name_suffix, "\"\"", "Put behind the name"},
      opt{"tags", &Override::tags, "{}",
          "Tags to set; a tag that is there already gets the new value"}};

  void edit(editor& rows);

 private:
  const std::string* new_name(std::string_view name);

  std::string made_;
};

}  // namespace weir::overriding
