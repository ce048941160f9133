#include "plugins/processors/regex/value_rule.hpp"

namespace weir::regex {
namespace {

// What a remembered value costs beside its texts: the map's node and bucket.
constexpr std::size_t node_bytes = 160;

std::size_t bytes_of(std::string_view value, const Outcome& outcome) {
  std::size_t bytes = node_bytes + value.size() + outcome.text.size();
  for (const std::string& group : outcome.groups) bytes += sizeof(std::string) + group.size();
  return bytes;
}

}  // namespace

ValueRule::ValueRule(const Settings& settings, const std::string& path, const host& home)
    : key_(globs_of(path + "key", {settings.key})),
      pattern_(settings.pattern, settings.replacement, path + "pattern"),
      result_key_(settings.result_key),
      append_(settings.append) {
  if (settings.key.empty()) {
    throw config_error(path + "key", "a key is needed: a name or a glob such as \"*\"");
  }
  if (settings.replacement.empty() && settings.result_key.empty()) groups_ = pattern_.group_names();
  if (result_key_ == settings.key) {
    result_key_.clear();  // a glob names no key, so this is one by itself
  }
  charge_.attach(home);
}

Outcome ValueRule::think(std::string_view value) const {
  Outcome made;
  made.matched =
      groups_.empty() ? pattern_.replace(value, made.text) : pattern_.groups(value, made.groups);
  return made;
}

const Outcome& ValueRule::outcome(std::string_view value) {
  const auto known = known_.find(value);
  if (known != known_.end()) return known->second;
  if (seen_before(value)) return remember(value);
  latest_ = think(value);
  return latest_;
}

bool ValueRule::seen_before(std::string_view value) {
  const std::uint64_t hashed = hash(value);
  std::uint16_t& seen = seen_[hashed % seen_.size()];
  const auto print = static_cast<std::uint16_t>((hashed >> 48U) | 1U);
  if (seen == print) return true;
  seen = print;
  return false;
}

const Outcome& ValueRule::remember(std::string_view value) {
  latest_ = think(value);
  const std::size_t bytes = bytes_of(value, latest_);
  if (bytes > remembered_bytes_max) return latest_;
  if (known_bytes_ + bytes > remembered_bytes_max) forget();
  if (!charge_.hold(known_bytes_ + bytes)) return forget(), latest_;
  known_bytes_ += bytes;
  return known_.emplace(value, latest_).first->second;
}

void ValueRule::forget() {
  known_.clear();
  known_bytes_ = 0;
  charge_.hold(0);
}

}  // namespace weir::regex
