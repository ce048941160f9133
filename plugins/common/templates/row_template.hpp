#pragma once

// Texts that are made anew for each row: names of topics, headers.
//
// Threads  Immutable after construction.
// Errors   weir::config_error for what is not understood.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/batch.hpp>

namespace weir::common {

// A text with {{ .Name }}, {{ .Tag "key" }} and {{ .Field "key" }} in it.
class Template {
 public:
  // option: named by the error.
  Template(std::string_view text, const std::string& option);
  std::string fill(const row& r) const;
  // Is it the same for every row?
  bool is_constant() const;

 private:
  enum class What : std::uint8_t { text, name, tag, field };
  struct Part {
    What what;
    std::string text;  // The text, or the key.
  };
  void add_action(std::string_view action, const std::string& option);
  std::vector<Part> parts_;
};

}  // namespace weir::common
