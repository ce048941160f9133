#pragma once

// Where a row goes: topic, key and headers of its message.
//
// Threads  Immutable after construction, but for the random key.
// Errors   weir::config_error for a header template that is not understood.

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/batch.hpp>
#include <weir/options.hpp>

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

// A text with {{ .Name }}, {{ .Tag "key" }} and {{ .Field "key" }} in it.
class Template {
 public:
  // option: named by the error.
  Template(std::string_view text, const std::string& option);
  std::string fill(const row& r) const;

 private:
  enum class What : std::uint8_t { text, name, tag, field };
  struct Part {
    What what;
    std::string text;  // The text, or the key.
  };
  void add_action(std::string_view action, const std::string& option);
  std::vector<Part> parts_;
};

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
