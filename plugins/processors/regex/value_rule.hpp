#pragma once

// A rule for the values of tags or fields: which keys it is about, and what it makes of a value.
// Answers are remembered, because the same values come again in every batch.
//
// Threads    One thread at a time.
// Errors     The constructor throws config_error.
// Limits     remembered_bytes_max per rule, charged to the host's budget; a full memory is forgotten.
//            A value is remembered when it comes for the second time, so that values that never
//            come again cost little.

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weir/glob.hpp>
#include <weir/hash.hpp>

#include "plugins/common/memory/charge.hpp"
#include "plugins/processors/regex/pattern.hpp"

namespace weir::regex {

// What a rule makes of a value.
struct Outcome {
  bool matched = false;
  std::string text;                 // the replacement
  std::vector<std::string> groups;  // or, of a rule by group names, the groups
};

class ValueRule {
 public:
  static constexpr std::size_t remembered_bytes_max = std::size_t{1} << 20U;

  struct Settings {
    std::string key, pattern, replacement, result_key;
    bool append = false;
  };
  // path: of the rule in the configuration, "tags[0].".
  ValueRule(const Settings& settings, const std::string& path, const host& home);
  ValueRule(const ValueRule&) = delete;
  ValueRule& operator=(const ValueRule&) = delete;
  ~ValueRule() = default;

  bool is_for(std::string_view key) const { return key_.matches(key); }
  const std::string& result_key() const { return result_key_; }
  bool append() const { return append_; }
  // Empty where the rule has a replacement.
  const std::vector<std::string>& group_names() const { return groups_; }
  // Whether each value is replaced where it stands.
  bool in_place() const { return groups_.empty() && result_key_.empty(); }

  // Good until the next call.
  const Outcome& outcome(std::string_view value);
  // The same without memory, for comparison.
  Outcome think(std::string_view value) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return hash(s); }
  };
  bool seen_before(std::string_view value);
  const Outcome& remember(std::string_view value);
  void forget();

  glob_list key_;
  Pattern pattern_;
  std::string result_key_;
  bool append_;
  std::vector<std::string> groups_;
  Outcome latest_;
  std::unordered_map<std::string, Outcome, Hash, std::equal_to<>> known_;
  std::size_t known_bytes_ = 0;
  std::array<std::uint16_t, 8192> seen_{};  // fingerprints of values that came once
  common::Charge charge_;
};

}  // namespace weir::regex
