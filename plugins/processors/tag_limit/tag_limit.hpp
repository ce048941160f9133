#pragma once

// Leaves every metric at most so many tags.

#include <cstdint>
#include <string>
#include <vector>

#include <weir/weir.hpp>

namespace weir::tag_limit {

struct TagLimit {
  static constexpr info meta{"tag_limit", "1.0.0", "Limit the number of tags of metrics"};

  std::int64_t limit{};
  std::vector<std::string> keep;
  static constexpr auto options = std::tuple{
      opt{"limit", &TagLimit::limit, "0", "How many tags a metric may have"},
      opt{"keep", &TagLimit::keep, "[]", "Tags that stay; of the others the first ones go"}};
  host self;

  void init();
  void edit(editor& rows);

 private:
  bool is_kept(std::string_view key) const;
  void cut(tag_keys& keys) const;

  bool possible_ = true;
};

}  // namespace weir::tag_limit
