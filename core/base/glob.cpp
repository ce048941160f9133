#include "core/base/glob.hpp"

namespace weir {

Result<Glob> Glob::compile(std::string_view pattern, std::string_view separators) {
  Glob made;
  const std::string why = made.pattern_.compile(pattern, separators);
  if (why.empty()) return made;
  return Error{ErrorKind::bad_config,
               "the pattern \"" + std::string(pattern.substr(0, 100)) + "\" " + why};
}

Result<PatternList> PatternList::compile(const std::vector<std::string>& patterns,
                                         std::string_view separators) {
  PatternList made;
  std::string why = made.list_.compile(patterns, separators);
  if (why.empty()) return made;
  return Error{ErrorKind::bad_config, std::move(why)};
}

}  // namespace weir
