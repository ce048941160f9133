#pragma once

// Where a row goes: topic, key and headers of its message.
//
// Threads  Immutable after construction, but for the random key.

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/batch.hpp>
#include <weir/options.hpp>

#include "plugins/common/templates/row_template.hpp"

namespace weir::kafka_output {

// [outputs.kafka.topic_suffix]
struct TopicSuffix {
  std::string method, separator;
  std::vector<std::string> keys;
  static constexpr const char* methods[] = {"", "measurement", "tags"};
  static constexpr auto options = std::tuple{
      opt{"method", &TopicSuffix::method, "\"\"", "What the suffix is made of"}.one_of(methods),
      opt{"keys", &TopicSuffix::keys, "[]", "Tags whose values make it, with method = \"tags\""},
      opt{"separator", &TopicSuffix::separator, "\"\"", "Stands before each part"}};
};

using common::Template;

struct RoutingSettings {
  std::string topic, topic_tag, routing_tag, routing_key;
  TopicSuffix suffix;
};

class Routing {
 public:
  explicit Routing(RoutingSettings settings) : settings_(std::move(settings)) {}
  // Valid until the next call.
  const std::string& topic(const row& r);
  // Empty data(): no key, any partition.
  std::string_view key(const row& r);

 private:
  void append_suffix(const row& r);
  RoutingSettings settings_;
  std::string topic_, key_;
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace weir::kafka_output
