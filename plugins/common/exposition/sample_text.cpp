#include "plugins/common/exposition/sample_text.hpp"

#include <limits>
#include <string>

#include "plugins/common/text/go_number.hpp"

namespace weir::exposition {

bool read_value(std::string_view text, double& value) {
  return text.find_first_of("pP_xX") == std::string_view::npos &&
         common::parse_go_float(text, value) == common::GoNumber::ok;
}

bool read_milliseconds(std::string_view text, std::int64_t& milliseconds) {
  return common::parse_go_int(text, milliseconds) == common::GoNumber::ok &&
         milliseconds <= milliseconds_max && milliseconds >= -milliseconds_max;
}

bool read_type(std::string_view word, FamilyType& type) {
  struct Name {
    std::string_view word;
    FamilyType type;
  };
  constexpr Name names[] = {{"counter", FamilyType::counter},
                            {"gauge", FamilyType::gauge},
                            {"histogram", FamilyType::histogram},
                            {"gaugehistogram", FamilyType::histogram},
                            {"gauge_histogram", FamilyType::histogram},
                            {"summary", FamilyType::summary},
                            {"untyped", FamilyType::untyped},
                            {"unknown", FamilyType::untyped},
                            {"info", FamilyType::info},
                            {"stateset", FamilyType::state_set}};
  std::string lower(word.substr(0, 32));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  for (const Name& n : names) {
    if (n.word == lower) return type = n.type, true;
  }
  return false;
}

Suffix suffix_of(std::string_view name) {
  for (const std::string_view part : {"_bucket", "_count", "_sum"}) {
    if (name.size() > part.size() && name.ends_with(part)) {
      return {name.substr(0, name.size() - part.size()), part};
    }
  }
  return {name, {}};
}

}  // namespace weir::exposition
