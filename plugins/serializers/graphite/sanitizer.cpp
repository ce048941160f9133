#include "plugins/serializers/graphite/sanitizer.hpp"

#include <algorithm>
#include <stdexcept>

#include <re2/re2.h>

namespace weir::graphite {
namespace {

std::unique_ptr<const re2::RE2> compiled(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto made = std::make_unique<const re2::RE2>(pattern, options);
  if (!made->ok()) throw std::invalid_argument(made->error());
  return made;
}

bool is_plain(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= ':') || c == '-' || c == '.' || c == '_' || c == '=';
}

bool is_ascii(const std::string& s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

// Hyphens and what goes, from left to right.
void replace_single(std::string& s) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (c == '\\') continue;
    if (c == '.' && i + 1 < s.size() && s[i + 1] == '.') ++i;
    s[to++] = c == '/' || c == '@' || c == '*' ? '-' : c;
  }
  s.resize(to);
}

}  // namespace

Sanitizer::Sanitizer(const std::string& pattern)
    : plain_(pattern.empty()),
      strict_(compiled(plain_ ? R"([^a-zA-Z0-9-:._=\p{L}])" : pattern)),
      key_(compiled(R"([^ "-:\<>-\]_a-~\p{L}])")),
      value_(compiled(R"([^ -:<-~\p{L}])")) {}
Sanitizer::~Sanitizer() = default;

void Sanitizer::strict(std::string& s) const {
  if (plain_ && std::all_of(s.begin(), s.end(), is_plain) && s.find("..") == std::string::npos) {
    return;
  }
  replace_single(s);
  if (plain_ && is_ascii(s)) {
    std::replace_if(s.begin(), s.end(), [](char c) { return !is_plain(c); }, '_');
  } else {
    re2::RE2::GlobalReplace(&s, *strict_, "_");
  }
}

void Sanitizer::compatible_key(std::string& key) const {
  re2::RE2::GlobalReplace(&key, *key_, "_");
}

void Sanitizer::compatible_value(std::string& value) const {
  re2::RE2::GlobalReplace(&value, *value_, "_");
  value.erase(0, std::min(value.find_first_not_of('~'), value.size()));
}

}  // namespace weir::graphite
