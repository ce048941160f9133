#pragma once

// A fixed section of the configuration, [agent] for one, read by a table of rules.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/schema.hpp"
#include "core/config/text.hpp"
#include "core/config/values.hpp"

namespace weir::config {

template <typename T>
struct KeyRule {
  const char* name;
  const char *def, *doc;  // The default as TOML, nullptr for what no sample shows; what it means.
  bool loose;  // Case and underscores do not matter: MetricBatchSize is metric_batch_size.
  void (*apply)(const Node& node, std::string_view name, Values& values, T& target);
};

[[nodiscard]] inline std::string without_underscores(std::string_view name) {
  std::string plain = to_lower(name);
  std::erase(plain, '_');
  return plain;
}

template <typename T, std::size_t N>
const KeyRule<T>* find_rule(const std::array<KeyRule<T>, N>& rules, const std::string& name) {
  for (const KeyRule<T>& rule : rules) {
    const bool same = rule.loose ? without_underscores(rule.name) == without_underscores(name)
                                 : rule.name == name;
    if (same) return &rule;
  }
  return nullptr;
}

// The same for people: name, default and meaning.
struct KeyDoc {
  const char *name, *def, *doc;
};

template <typename T, std::size_t N>
std::vector<KeyDoc> docs_of(const std::array<KeyRule<T>, N>& rules) {
  std::vector<KeyDoc> docs;
  for (const KeyRule<T>& rule : rules) {
    if (rule.def != nullptr) docs.push_back({rule.name, rule.def, rule.doc});
  }
  return docs;
}

// whose: "[agent]", for messages.
template <typename T, std::size_t N>
void read_section(const Node& table, const std::string& whose,
                  const std::array<KeyRule<T>, N>& rules, Values& values, T& target) {
  for (const Member& member : table.members) {
    if (const KeyRule<T>* rule = find_rule(rules, member.key.name)) {
      rule->apply(member.value, rule->name, values, target);
      continue;
    }
    std::vector<std::string> known;
    known.reserve(N);
    for (const KeyRule<T>& rule : rules) known.emplace_back(rule.name);
    report_unknown(member, whose, known, values.reporter());
  }
}

// An option of a later version: accepted with the value that changes nothing, refused with any other.
void only_text(const Node& node, Values& values, std::string_view name,
               const std::vector<std::string>& harmless);
void only_flag(const Node& node, Values& values, std::string_view name, bool harmless);
void only_integer(const Node& node, Values& values, std::string_view name, std::int64_t harmless);
void only_size(const Node& node, Values& values, std::string_view name,
               std::int64_t harmless_bytes);

// Durations and counts that must not be 0 or negative, or just not negative.
void positive_duration(const Node& node, Values& values, std::string_view name,
                       std::int64_t& target_ns);
void unsigned_duration(const Node& node, Values& values, std::string_view name,
                       std::int64_t& target_ns);
void integer_from(const Node& node, Values& values, std::string_view name, std::int64_t least,
                  std::int64_t& target);

// The usual rules, for a member of the target: {"debug", false, flag<&AgentSettings::debug>}.
template <auto M, typename T>
void flag(const Node& node, std::string_view name, Values& values, T& target) {
  values.boolean(node, name, target.*M);
}
template <auto M, typename T>
void text(const Node& node, std::string_view name, Values& values, T& target) {
  values.string(node, name, target.*M);
}
template <auto M, typename T>
void positive(const Node& node, std::string_view name, Values& values, T& target) {
  positive_duration(node, values, name, target.*M);
}
template <auto M, typename T>
void not_negative(const Node& node, std::string_view name, Values& values, T& target) {
  unsigned_duration(node, values, name, target.*M);
}
template <auto M, std::int64_t Least, typename T>
void count(const Node& node, std::string_view name, Values& values, T& target) {
  integer_from(node, values, name, Least, target.*M);
}

// An option of a later version that may be written with a value that changes nothing.
template <bool Harmless, typename T>
void later_flag(const Node& node, std::string_view name, Values& values, T&) {
  only_flag(node, values, name, Harmless);
}
template <typename T>
void later_text(const Node& node, std::string_view name, Values& values, T&) {
  only_text(node, values, name, {""});
}

}  // namespace weir::config
