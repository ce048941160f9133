#pragma once

// Paths into JSON as gjson has them, which Telegraf's JSON formats take.
//
//   a.b.0         members and elements; \ before a character takes it as it is
//   a*.?          * and ? match parts of a key; the first key that matches counts
//   list.#        how many elements; list.#.x  that path of each of them, as an array
//   list.#(c)     the first element for which c holds; list.#(c)#  all of them, as an array
//                 c: path op value, op one of == != < <= > >= % !%, value a number, "text", true,
//                 false, null, or ~true, ~false, ~null, ~* for what counts as such; path alone: it
//                 is there
//   a|b           b of the result of a, where a.b would mean each of its elements
//   @name:arg     @this @valid @ugly @pretty @reverse @flatten @join @keys @values @tostr @fromstr
//   {a,"n":b.c}   an object, [a,b.c] an array of the results that there are; !"text" is itself
//   ..path        a text of one value a line, taken for an array
//
// Errors     None: a path that leads nowhere, or into broken JSON, has no result.
// Limits     depth_max paths inside each other. @group and @dig are not known.

#include <optional>
#include <string>
#include <string_view>

namespace weir::common {

constexpr int gjson_depth_max = 64;

// The text of the value at path; nothing where there is none.
std::optional<std::string> gjson_get(std::string_view json, std::string_view path);

}  // namespace weir::common
