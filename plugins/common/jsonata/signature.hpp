#pragma once

// Which arguments a function takes, as JSONata writes it: "s-nn?:s".
//
// Letters    b boolean, n number, s string, l null, a array, o object, f function, j any of JSON's,
//            u b n s or l, x anything, (..) one of several; a<n> is an array of numbers.
// Marks      - the context stands in where the argument is missing, ? it may be missing, + there
//            may be more of it.
// Errors     The constructor throws std::invalid_argument; accept() an Error.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/jsonata/values.hpp"

namespace weir::jsonata {

class Signature {
 public:
  explicit Signature(std::string_view text);

  // Puts the context in and arrays around what stands alone where one is asked for.
  void accept(std::string_view function, Items& args, const Value& input, Budget& budget) const;
  std::size_t arguments_max() const;

 private:
  struct Parameter {
    std::string types;
    char mark = 0;        // - ? + or 0
    std::string content;  // types of an array's items, empty: any
  };
  void read(std::string_view& rest);
  [[nodiscard]] std::size_t required_behind(std::size_t parameter) const;
  [[nodiscard]] bool takes(std::size_t parameter, const Items& args, std::size_t next) const;
  [[nodiscard]] bool takes_context(std::size_t parameter, const Items& args, std::size_t next,
                                   const Value& input) const;
  [[nodiscard]] bool matches(const Parameter& p, const Value& v) const;

  std::vector<Parameter> parameters_;
};

}  // namespace weir::jsonata
