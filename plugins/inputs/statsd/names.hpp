#pragma once

// What the bytes of a metric's name and tags stand for: the slow way, gone once for each that is new.
//
// Threads    Immutable once made.
// Errors     The constructor throws weir::config_error for templates and sanitize_name_method.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/bucket_templates/bucket_templates.hpp"

namespace weir::statsd {

// As it is sent: g, c, s, ms, h, d.
enum class Type : std::uint8_t { gauge, counter, set, timing, histogram, distribution };
// What is done with it: timings and histograms are the same but for a tag.
enum class Kind : std::uint8_t { gauge, counter, set, timing, distribution };

constexpr Kind kind_of(Type type) {
  constexpr Kind kinds[] = {Kind::gauge,  Kind::counter, Kind::set,
                            Kind::timing, Kind::timing,  Kind::distribution};
  return kinds[static_cast<std::size_t>(type)];
}

struct NameSettings {
  std::vector<std::string> templates;
  std::string separator;
  std::string sanitize;          // "" or "upstream"
  bool convert = false;          // "." and "-" of names
  const char* temporality = "";  // tag of counters; empty = none
};

using Tags = std::vector<std::pair<std::string, std::string>>;

struct Identity {
  std::string name, field;
  Tags tags;  // sorted, each key once
};

class Names {
 public:
  explicit Names(const NameSettings& settings);

  // bucket: what stands before the first ":"; extra: "#key:value,..." and "c:container" of Datadog, separated
  // by "|". False where no name is left.
  bool resolve(std::string_view bucket, Type type, std::string_view extra, Identity& out) const;

 private:
  common::BucketTemplates templates_;
  bool sanitize_, convert_;
  std::string temporality_;
};

// The tags in the text behind "#" of a Datadog line; one without a value has "true".
void add_datadog_tags(std::string_view text, Tags& tags);
// The one with this key, which is added if it is new.
std::string& tag_of(Tags& tags, std::string_view key);

}  // namespace weir::statsd
