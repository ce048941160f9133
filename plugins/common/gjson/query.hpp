#pragma once

// The condition of a gjson query, #(path op value).

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::common {

struct GjsonQuery {
  std::string path;
  std::string op;         // empty: the path has to lead somewhere
  std::string value;      // without quotes
  bool all = false;       // #(...)#
  std::size_t bytes = 0;  // of the query in its path
};

// path: from '#' on. False where it is no query.
bool parse_query(std::string_view path, GjsonQuery& query);
// raw: the value that the query's path leads to; empty where it leads nowhere.
bool query_holds(const GjsonQuery& query, std::string_view raw);
// * and ? in pattern; a backslash takes the next character as it is.
bool matches_pattern(std::string_view text, std::string_view pattern);

}  // namespace weir::common
