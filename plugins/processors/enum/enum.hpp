#pragma once

// Maps values of tags and fields to others by tables.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/processors/enum/mapping.hpp"

namespace weir::enum_processor {

struct Enum {
  static constexpr info meta{"enum", "1.0.0", "Map values of tags and fields"};

  std::vector<MappingOptions> mappings;
  static constexpr auto options = std::tuple{
      opt{"mapping", &Enum::mappings, "[]", "Tables of values; each sees metrics as they came"}};

  void init();
  void edit(editor& rows);

 private:
  // A field that a mapping looks at.
  struct Step {
    Mapping* mapping;
    std::uint32_t place;
  };
  using Plan = detail::pod_vector<Step>;
  struct Result {
    Step from;
    Target* target;
  };

  void map_fields(editor& rows);
  static void add_steps(Plan& plan, Mapping& mapping, const editor& rows, const std::uint32_t* keys,
                        std::uint32_t n);
  void map_fields_of(editor& rows, std::uint32_t r, const Plan& plan);
  void map_tags(editor& rows);
  bool map_range(editor& rows, detail::pod_vector<weir_tag>& range);
  bool map_tag(editor& rows, detail::pod_vector<weir_tag>& range, Mapping& mapping,
               std::uint32_t place);
  static void set(editor& rows, detail::pod_vector<weir_tag>& range, const std::string& key,
                  std::uint32_t value);

  std::deque<Mapping> of_tags_, of_fields_;
  key_shapes<Plan> plans_;
  std::vector<Result> results_;
  detail::pod_vector<weir_tag> before_;
};

}  // namespace weir::enum_processor
