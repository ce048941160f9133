#pragma once

// Gives metrics the fields and tags that they lack, or that are blank.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

namespace weir::defaults {

struct Defaults {
  static constexpr info meta{"defaults", "1.0.0", "Fill in missing fields and tags"};

  map<any> fields;
  map<std::string> tags;
  static constexpr auto options =
      std::tuple{opt{"fields", &Defaults::fields, "{}", "Fields by their keys, with their values"},
                 opt{"tags", &Defaults::tags, "{}", "Tags by their keys, with their values"}};

  void edit(editor& rows);

 private:
  // Where a row has the default's field; absent: nowhere.
  static constexpr std::uint32_t absent = 0xffffffffU;
  using Places = detail::pod_vector<std::uint32_t>;

  void fill_fields(editor& rows);
  void find_places(Places& places, const editor& rows, const std::uint32_t* keys,
                   std::uint32_t n) const;
  void fill_fields_of(editor& rows, std::uint32_t r, const Places& places);
  void fill_tags(editor& rows) const;

  key_shapes<Places> places_;
  std::vector<weir_field> values_;  // of the batch at hand, each with its key
};

}  // namespace weir::defaults
