#pragma once

// One table of values and what they become.
//
// Errors  The constructor throws config_error where a glob is none.
// Threads One thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weir/glob.hpp>
#include <weir/weir.hpp>

namespace weir::enum_processor {

struct MappingOptions {
  std::string tag, field, dest;
  std::vector<std::string> tags, fields;
  std::optional<any> fallback;
  map<any> value_mappings;
  static constexpr auto options = std::tuple{
      opt{"tag", &MappingOptions::tag, "\"\"", "One more of tags"}.deprecated(),
      opt{"field", &MappingOptions::field, "\"\"", "One more of fields"}.deprecated(),
      opt{"tags", &MappingOptions::tags, "[]", "Tags whose values are mapped; globs"},
      opt{"fields", &MappingOptions::fields, "[]", "Fields whose values are mapped; globs"},
      opt{"dest", &MappingOptions::dest, "\"\"",
          "Tag or field that gets the result; itself if not given"},
      opt{"default", &MappingOptions::fallback, nullptr,
          "What every other value becomes; without it such values stay"},
      opt{"value_mappings", &MappingOptions::value_mappings, "{}",
          "Values as text, and what they become"}};
};

// What a value becomes. The ids are those of the batch at hand.
struct Target {
  any value;
  std::string text;  // as the value of a tag
  std::uint32_t tag_value = WEIR_NO_ID;
  bool stored = false;  // field is good for the batch
  weir_field field{};
};

class Mapping {
 public:
  Mapping(const MappingOptions& from, const std::string& path);

  [[nodiscard]] bool maps_tag(std::string_view key) const { return tags_.matches(key); }
  [[nodiscard]] bool maps_field(std::string_view key) const { return fields_.matches(key); }
  [[nodiscard]] bool any_tags() const { return !tags_.empty(); }
  [[nodiscard]] bool any_fields() const { return !fields_.empty(); }
  [[nodiscard]] const std::string& dest() const { return dest_; }

  // Another batch: ids begin anew.
  void begin();
  // nullptr: the value stays.
  Target* find(std::string_view value);
  // The same for a field of any type.
  Target* find(const value& v);

  // Id of the target's text, and its field, in the editor's batch.
  static std::uint32_t tag_value(Target& target, editor& rows);
  static const weir_field& field(Target& target, editor& rows);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  glob_list tags_, fields_;
  std::string dest_;
  std::unordered_map<std::string, Target, Hash, std::equal_to<>> targets_;
  std::optional<Target> fallback_;
};

}  // namespace weir::enum_processor
