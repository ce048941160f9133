#include "core/config/values.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/units.hpp"
#include "core/config/text.hpp"

namespace weir::config {
namespace {

using Kind = Node::Kind;

template <typename T>
std::optional<T> number_in(const Node& node) {
  if (!node.is(Kind::string) || !node.from_environment) return std::nullopt;
  T value{};
  const char* end = node.text.data() + node.text.size();
  const auto parsed = std::from_chars(node.text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

std::string shortest(double number) {
  std::string text(32, '\0');
  const char* end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

std::string listed(const std::vector<std::string>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += quote(choices[i]);
  }
  return text;
}

}  // namespace

std::string Values::shown(const Node& node) const {
  if (!node.from_environment) return quote(node.text);
  return std::string(reporter_.sources().text(node.at)) + ", with its variables replaced,";
}

At Values::piece(const Node& node, std::size_t offset, std::size_t length) const {
  const std::size_t begin = reporter_.sources().text(node.at).find(node.text);
  if (node.from_environment || begin == std::string_view::npos) return node.at;
  return {node.at.file, node.at.offset + static_cast<std::uint32_t>(begin + offset),
          static_cast<std::uint32_t>(length)};
}

bool Values::refuse(const Node& node, std::string_view name, std::string_view expected,
                    std::string hint) {
  const std::string what(describe(node.kind));
  reporter_.error(node.at, quote(name) + " must be " + std::string(expected) + ", not " + what,
                  std::move(hint));
  return false;
}

bool Values::refuse_text(const Node& node, std::string_view name, std::string_view expected) {
  reporter_.error(node.at,
                  shown(node) + " is not " + std::string(expected) + " for " + quote(name));
  return false;
}

bool Values::string(const Node& node, std::string_view name, std::string& target) {
  if (!node.is(Kind::string)) {
    const bool scalar = !node.is(Kind::array) && !node.is(Kind::table);
    return refuse(node, name, "a string", scalar ? "put it in quotes" : "");
  }
  target = node.text;
  return true;
}

bool Values::integer(const Node& node, std::string_view name, std::int64_t& target) {
  if (const auto value = number_in<std::int64_t>(node)) return target = *value, true;
  if (!node.is(Kind::integer)) return refuse(node, name, "an integer");
  target = node.integer;
  return true;
}

bool Values::number(const Node& node, std::string_view name, double& target) {
  if (const auto value = number_in<double>(node)) return target = *value, true;
  if (node.is(Kind::integer)) return target = static_cast<double>(node.integer), true;
  if (!node.is(Kind::floating)) return refuse(node, name, "a number");
  target = node.number;
  return true;
}

bool Values::boolean(const Node& node, std::string_view name, bool& target) {
  const bool word = node.is(Kind::string) && (node.text == "true" || node.text == "false");
  if (word && node.from_environment) return target = node.text == "true", true;
  if (!node.is(Kind::boolean)) {
    return refuse(node, name, "true or false", word ? "leave out the quotes" : "");
  }
  target = node.integer != 0;
  return true;
}

bool Values::duration(const Node& node, std::string_view name, std::int64_t& target_ns) {
  const bool number = node.is(Kind::integer) || node.is(Kind::floating);
  if (!number && !node.is(Kind::string)) return refuse(node, name, "a duration such as \"10s\"");
  std::string text;
  const bool known = scalar_text(node, name, text);
  const Result<std::int64_t> ns = parse_duration(text);
  if (known && ns.ok()) return target_ns = ns.value(), true;
  if (number) return refuse(node, name, "a duration that fits");
  return refuse_text(node, name, "a duration such as \"10s\" or \"1h30m\"");
}

bool Values::size(const Node& node, std::string_view name, std::int64_t& target_bytes) {
  if (node.is(Kind::integer)) return target_bytes = node.integer, true;
  if (!node.is(Kind::string)) return refuse(node, name, "a size such as \"10MiB\"");
  const Result<std::int64_t> bytes = parse_size(node.text);
  if (!bytes.ok()) return refuse_text(node, name, "a size such as \"10MB\" or \"1MiB\"");
  target_bytes = bytes.value();
  return true;
}

bool Values::strings(const Node& node, std::string_view name, std::vector<std::string>& target) {
  if (!node.is(Kind::array)) {
    return refuse(node, name, "a list of strings", node.is(Kind::string) ? "put it in [ ]" : "");
  }
  bool good = true;
  std::vector<std::string> read(node.items.size());
  for (std::size_t i = 0; i < read.size(); ++i) good = string(node.items[i], name, read[i]) && good;
  if (good) target = std::move(read);
  return good;
}

bool Values::scalar_text(const Node& node, std::string_view name, std::string& target) {
  switch (node.kind) {
    case Kind::integer: target = std::to_string(node.integer); return true;
    case Kind::floating: target = shortest(node.number); return true;
    case Kind::boolean: target = node.integer != 0 ? "true" : "false"; return true;
    case Kind::array:
    case Kind::table: return refuse(node, name, "a string");
    default: target = node.text; return true;
  }
}

bool Values::choice(const Node& node, std::string_view name,
                    const std::vector<std::string>& choices, std::string& target) {
  std::string text;
  if (!string(node, name, text)) return false;
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return target = text, true;
  reporter_.error(node.at, quote(name) + " must be " + listed(choices) + ", not " + shown(node),
                  did_you_mean(text, choices));
  return false;
}

}  // namespace weir::config
