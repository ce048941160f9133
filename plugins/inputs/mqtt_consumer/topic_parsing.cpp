#include "plugins/inputs/mqtt_consumer/topic_parsing.hpp"

#include <algorithm>
#include <charconv>

#include <weir/error.hpp>

namespace weir::mqtt_consumer {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find('/', at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

std::string_view element(const std::vector<std::string_view>& all, std::ptrdiff_t at) {
  const auto n = static_cast<std::ptrdiff_t>(all.size());
  return all[static_cast<std::size_t>(at < 0 ? n + at : at)];
}

template <typename T>
T number_of(std::string_view text, const std::string& field) {
  T value{};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [at, failed] = std::from_chars(begin, end, value);
  if (failed != std::errc() || at != end) {
    throw fail("the topic's \"" + std::string(text) + "\" is no number for the field " + field);
  }
  return value;
}

}  // namespace

TopicParser::Pattern TopicParser::compile(const std::string& text, const std::string& option) {
  Pattern pattern;
  if (text.empty()) return pattern;
  const auto elements = split(text);
  const auto n = static_cast<std::ptrdiff_t>(elements.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::string_view one = elements[static_cast<std::size_t>(i)];
    if (one == "#") {
      if (pattern.any_length) throw config_error(option, "\"#\" stands in it twice");
      pattern.any_length = true;
      continue;
    }
    ++pattern.elements;
    if (one == "_" || one == "+" || one.empty()) continue;
    pattern.parts.push_back({std::string(one), pattern.any_length ? i - n : i});
  }
  return pattern;
}

TopicParser::TopicParser(const TopicParsing& options, const std::string& option)
    : any_topic_(options.topic.empty()),
      topic_(compile(options.topic, option + ".topic")),
      measurement_(compile(options.measurement, option + ".measurement")),
      tags_(compile(options.tags, option + ".tags")) {
  const Pattern fields = compile(options.fields, option + ".fields");
  check_lengths({measurement_, tags_, fields}, option);
  add_types(options.types, fields, option);
}

void TopicParser::check_lengths(const std::vector<Pattern>& all, const std::string& option) {
  if (measurement_.parts.size() > 1) {
    throw config_error(option + ".measurement", "it names more than one element");
  }
  for (const Pattern& p : all) {
    if (p.elements == 0 && !p.any_length) continue;
    const bool same = p.any_length || topic_.any_length || p.elements == topic_.elements;
    if (!any_topic_ && !same) {
      throw config_error(option, "topic, measurement, tags and fields differ in their lengths");
    }
    lengths_.push_back(p);
  }
}

void TopicParser::add_types(const map<std::string>& types, const Pattern& fields,
                            const std::string& option) {
  for (const auto& [name, type] : types) {
    if (type != "int" && type != "uint" && type != "float") {
      throw config_error(option + ".types." + name,
                         "\"" + type + "\" is unknown: int, uint, float");
    }
  }
  for (const Pattern::Part& part : fields.parts) {
    const auto at = std::find_if(types.begin(), types.end(),
                                 [&](const auto& t) { return t.first == part.name; });
    const std::string type = at == types.end() ? "" : at->second;
    fields_.push_back({part, type == "int"     ? FieldType::integer
                             : type == "uint"  ? FieldType::unsigned_integer
                             : type == "float" ? FieldType::floating
                                               : FieldType::text});
  }
}

bool TopicParser::matches(const std::vector<std::string_view>& elements) const {
  if (!any_topic_ && !topic_.fits(elements.size())) return false;
  const auto is_there = [&](const Pattern::Part& p) { return element(elements, p.at) == p.name; };
  return std::all_of(topic_.parts.begin(), topic_.parts.end(), is_there) &&
         std::all_of(lengths_.begin(), lengths_.end(),
                     [&](const Pattern& p) { return p.fits(elements.size()); });
}

void TopicParser::apply(std::string_view topic, builder& row) const {
  const auto elements = split(topic);
  if (!matches(elements)) return;
  for (const auto& p : measurement_.parts) row.metrics_name(element(elements, p.at));
  for (const auto& p : tags_.parts) row.tag(p.name, element(elements, p.at));
  for (const Field& f : fields_) add_field(row, f, element(elements, f.part.at));
}

void TopicParser::add_field(builder& row, const Field& field, std::string_view text) {
  const std::string& name = field.part.name;
  switch (field.type) {
    case FieldType::integer: row.field(name, number_of<std::int64_t>(text, name)); break;
    case FieldType::unsigned_integer: row.field(name, number_of<std::uint64_t>(text, name)); break;
    case FieldType::floating: row.field(name, number_of<double>(text, name)); break;
    case FieldType::text: row.field(name, text); break;
  }
}

}  // namespace weir::mqtt_consumer
