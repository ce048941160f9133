#pragma once

// [[inputs.mqtt_consumer.topic_parsing]]: name, tags and fields of metrics out of the topic of their message.
//
// Each of measurement, tags and fields is written like a topic: an element is the name of what stands there, "_" is left out,
// and one "#" stands for any number of elements; what follows it counts from the end.
//
// Threads    Immutable after construction.
// Errors     weir::config_error with the option; weir::fail for a value that is no number.

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <weir/builder.hpp>
#include <weir/options.hpp>

namespace weir::mqtt_consumer {

struct TopicParsing {
  std::string topic, measurement, tags, fields;
  map<std::string> types;
  static constexpr auto options = std::tuple{
      opt{"topic", &TopicParsing::topic, "\"\"",
          "Topics that it is for, with + and #; empty = those with as many elements"},
      opt{"measurement", &TopicParsing::measurement, "\"\"", "Where the name stands: \"_/name/_\""},
      opt{"tags", &TopicParsing::tags, "\"\"", "Where tags stand, by their keys: \"site/_/room\""},
      opt{"fields", &TopicParsing::fields, "\"\"", "Where fields stand, by their keys"},
      opt{"types", &TopicParsing::types, "{}", "Types of fields: int, uint or float; else text"}};
};

class TopicParser {
 public:
  // option: "topic_parsing[0]"
  TopicParser(const TopicParsing& options, const std::string& option);
  // Adds to the open raw row what the topic says, where it is one of its topics.
  void apply(std::string_view topic, builder& row) const;

 private:
  enum class FieldType : std::uint8_t { text, integer, unsigned_integer, floating };
  // Names, and where they stand; from the end where at is negative.
  struct Pattern {
    struct Part {
      std::string name;
      std::ptrdiff_t at;
    };
    std::vector<Part> parts;
    std::size_t elements = 0;  // besides #
    bool any_length = false;
    [[nodiscard]] bool fits(std::size_t n) const {
      return any_length ? n >= elements : n == elements;
    }
  };
  struct Field {
    Pattern::Part part;
    FieldType type = FieldType::text;
  };
  void check_lengths(const std::vector<Pattern>& all, const std::string& option);
  void add_types(const map<std::string>& types, const Pattern& fields, const std::string& option);
  static Pattern compile(const std::string& text, const std::string& option);
  [[nodiscard]] bool matches(const std::vector<std::string_view>& elements) const;
  static void add_field(builder& row, const Field& field, std::string_view text);

  bool any_topic_;
  Pattern topic_, measurement_, tags_;
  std::vector<Pattern> lengths_;  // of what is written
  std::vector<Field> fields_;
};

}  // namespace weir::mqtt_consumer
