#include "core/config/toml_value.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <toml++/toml.h>

#include "core/config/sort_by.hpp"

namespace weir::config {
namespace {

constexpr std::string_view prefix = "v = ";

// toml++ counts lines and characters, nodes count bytes.
class Offsets {
 public:
  explicit Offsets(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') lines_.push_back(i + 1);
    }
  }

  [[nodiscard]] std::size_t of(const toml::source_position& position) const {
    if (position.line == 0 || position.line > lines_.size()) return 0;
    std::size_t at = lines_[position.line - 1];
    for (std::uint32_t column = 1; column < position.column && at < text_.size(); ++column) {
      at = after(at);
    }
    return std::max(at, prefix.size()) - prefix.size();
  }

 private:
  [[nodiscard]] std::size_t after(std::size_t at) const {
    ++at;
    while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xc0U) == 0x80U) ++at;
    return at;
  }

  std::string_view text_;
  std::vector<std::size_t> lines_{0};
};

class Converter {
 public:
  Converter(const Offsets& offsets, const Locate& locate) : offsets_(offsets), locate_(locate) {}

  [[nodiscard]] Node convert(const toml::node& from) const {
    Node node;
    node.at = place(from.source());
    if (const auto* array = from.as_array()) return list(std::move(node), *array);
    if (const auto* table = from.as_table()) return inline_table(std::move(node), *table);
    return scalar(std::move(node), from);
  }

 private:
  [[nodiscard]] At place(const toml::source_region& region) const {
    const std::size_t begin = offsets_.of(region.begin);
    return locate_(begin, std::max(begin, offsets_.of(region.end)) - begin);
  }

  [[nodiscard]] Node list(Node node, const toml::array& array) const {
    node.kind = Node::Kind::array;
    for (const toml::node& item : array) node.items.push_back(convert(item));
    return node;
  }

  // toml++ keeps a table sorted by its keys; who wrote it meant an order.
  [[nodiscard]] Node inline_table(Node node, const toml::table& table) const {
    node.kind = Node::Kind::table;
    for (const auto& [key, value] : table) {
      node.members.push_back({{std::string(key.str()), place(key.source())}, convert(value)});
    }
    sort_by(node.members, [](const Member& member) { return member.key.at.offset; });
    return node;
  }

  [[nodiscard]] static Node scalar(Node node, const toml::node& from) {
    if (const auto* text = from.as_string()) {
      node.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
      node.kind = Node::Kind::integer;
      node.integer = integer->get();
    } else if (const auto* number = from.as_floating_point()) {
      node.kind = Node::Kind::floating;
      node.number = number->get();
    } else if (const auto* boolean = from.as_boolean()) {
      node.kind = Node::Kind::boolean;
      node.integer = boolean->get() ? 1 : 0;
    } else {
      node.kind = Node::Kind::date;
      node.text = date_text(from);
    }
    return node;
  }

  static std::string date_text(const toml::node& from) {
    std::ostringstream text;
    if (const auto* date = from.as_date()) text << date->get();
    if (const auto* time = from.as_time()) text << time->get();
    if (const auto* both = from.as_date_time()) text << both->get();
    return text.str();
  }

  const Offsets& offsets_;
  const Locate& locate_;
};

// "Error while parsing integer: leading zeroes are prohibited" -> the part that says something.
std::string reason(std::string_view description) {
  const std::size_t colon = description.find(": ");
  const bool known =
      description.starts_with("Error while parsing") && colon != std::string_view::npos;
  return "not valid TOML: " + std::string(known ? description.substr(colon + 2) : description);
}

}  // namespace

Node parse_toml_value(std::string_view text, const Locate& locate, TomlFault& fault) {
  const std::string document = std::string(prefix) + std::string(text);
  const Offsets offsets(document);
  try {
    const toml::table table = toml::parse(std::string_view(document));
    const toml::node* value = table.get("v");
    if (value != nullptr && table.size() == 1) return Converter(offsets, locate).convert(*value);
    fault.message = "not valid TOML: more than one value";
  } catch (const toml::parse_error& error) {
    fault.offset = offsets.of(error.source().begin);
    fault.message = reason(error.description());
  }
  return {};
}

Node parse_toml_value(std::string_view text, TomlFault& fault) {
  return parse_toml_value(text, [](std::size_t, std::size_t) { return At{}; }, fault);
}

}  // namespace weir::config
