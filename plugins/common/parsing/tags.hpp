#pragma once

// Tags of a record in the order that a batch wants.

#include <vector>

#include <weir/builder.hpp>

namespace weir::common {

// Sorts by the key's text; of equal keys the last one stays.
void sort_tags(std::vector<weir_tag>& tags, const string_table& strings);

}  // namespace weir::common
