#include "core/config/schema.hpp"

#include <cstdlib>
#include <utility>

#include "core/base/nearest.hpp"
#include "core/base/units.hpp"
#include "core/config/blob_writer.hpp"
#include "core/config/document.hpp"
#include "core/config/range.hpp"
#include "core/config/text.hpp"
#include "core/config/toml_value.hpp"

namespace weir::config {
namespace {

using Kind = Node::Kind;

std::string unquoted(std::string_view literal) {
  const bool quotes = literal.size() >= 2 && (literal.front() == '"' || literal.front() == '\'');
  return std::string(quotes ? literal.substr(1, literal.size() - 2) : literal);
}

double as_number(std::string_view literal) {
  return std::strtod(unquoted(literal).c_str(), nullptr);
}
double as_duration(std::string_view literal) {
  const auto ns = parse_duration(unquoted(literal));
  return ns.ok() ? static_cast<double>(ns.value()) : 0;
}
double as_size(std::string_view literal) {
  const auto bytes = parse_size(unquoted(literal));
  return bytes.ok() ? static_cast<double>(bytes.value()) : 0;
}

// "@{store:key}" in a secret: the store's name, or "".
std::string secret_store(std::string_view text) {
  for (std::size_t at = text.find("@{"); at != std::string_view::npos;
       at = text.find("@{", at + 2)) {
    std::size_t colon = at + 2;
    while (colon < text.size() && is_word(text[colon])) ++colon;
    std::size_t end = colon + 1;
    while (end < text.size() && is_word(text[end])) ++end;
    const bool whole =
        colon < text.size() && text[colon] == ':' && end < text.size() && text[end] == '}';
    if (whole && colon > at + 2 && end > colon + 1) {
      return std::string(text.substr(at + 2, colon - at - 2));
    }
  }
  return {};
}

class SchemaReader {
 public:
  SchemaReader(const std::string& whose, Values& values, const OptionTarget& target)
      : whose_(whose),
        values_(values),
        reporter_(values.reporter()),
        blob_(target.blob),
        places_(target.places) {}

  void read(TableView& table, const Options& options) {
    const std::uint64_t offset = blob_.begin(static_cast<std::uint32_t>(options.size()));
    fill(&table, options, offset, "");
  }

 private:
  // One option while it is read.
  struct Slot {
    const weir_opt* option;
    std::uint16_t shape;  // LIST and MAP, as far as not yet taken apart.
    std::string path;
    bool set;  // Written in the file, as opposed to a default.
  };

  // table: nullptr for one that is not there; then all are defaults.
  void fill(TableView* table, const Options& options, std::uint64_t offset,
            const std::string& prefix) {
    for (std::uint32_t i = 0; i < options.size(); ++i) {
      const weir_opt& option = *options[i];
      const Member* member = table == nullptr ? nullptr : find(*table, option);
      const auto shape = static_cast<std::uint16_t>(option.flags & (WEIR_CF_LIST | WEIR_CF_MAP));
      Slot slot{&option, shape, prefix + option.name, member != nullptr};
      if (member == nullptr && table != nullptr) check_required(*table, option);
      blob_.put(offset, i, member == nullptr ? default_value(slot) : value(slot, member->value));
    }
  }

  const Member* find(TableView& table, const weir_opt& option) {
    const Member* found = table.take(option.name);
    if (found != nullptr && (option.flags & WEIR_CF_DEPRECATED) != 0) {
      reporter_.warning(found->key.at, quote(option.name) + " is deprecated");
    }
    for (const std::string& alias : aliases_of(option)) {
      const Member* old = table.take(alias);
      if (old == nullptr) continue;
      const bool both = found != nullptr;
      reporter_.warning(old->key.at, quote(alias) + " is the old name of " + quote(option.name) +
                                         (both ? ", which is written too and holds" : ""));
      if (!both) found = old;
    }
    return found;
  }

  void check_required(const TableView& table, const weir_opt& option) {
    if ((option.flags & WEIR_CF_REQUIRED) == 0 || table.node().damaged) return;
    reporter_.error(table.node().at, whose_ + " needs the option " + quote(option.name));
  }

  weir_value default_value(const Slot& slot) {
    const weir_opt& option = *slot.option;
    if (option.type == WEIR_C_TABLE && slot.shape == 0) return table_value(slot, nullptr);
    if (option.def == nullptr) return {};
    TomlFault fault;
    const Node node = parse_toml_value(option.def, fault);
    if (!fault.message.empty()) {
      reporter_.error(
          {}, "the default of " + quote(option.name) + " in " + whose_ + " is " + fault.message,
          "this is a fault of the plugin");
      return {};
    }
    return value(slot, node);
  }

  weir_value value(const Slot& slot, const Node& node) {
    if (slot.set) remember(slot.path, node);
    if (slot.option->type == WEIR_C_SECRET) reporter_.hide(node.at);
    weir_value v = (slot.shape & WEIR_CF_MAP) != 0    ? map_value(slot, node)
                   : (slot.shape & WEIR_CF_LIST) != 0 ? list_value(slot, node)
                                                      : single_value(slot, node);
    if (slot.set) v.flags = static_cast<std::uint16_t>(v.flags | WEIR_VF_SET);
    const Place at = place(node);
    v.line = at.line;
    v.col = at.column;
    return v;
  }

  Place place(const Node& node) {
    if (node.at.file == no_file) return {};
    const auto [line, column] = reporter_.sources().file(node.at.file).position(node.at.offset);
    return {node.at.file, line, column};
  }
  void remember(const std::string& path, const Node& node) { places_.emplace(path, place(node)); }

  static weir_value made(const Slot& slot, std::uint16_t flags) {
    weir_value v{};
    v.type = slot.option->type;
    v.flags = flags;
    return v;
  }

  weir_value map_value(const Slot& slot, const Node& node) {
    weir_value v = made(slot, WEIR_VF_MAP);
    if (!node.is(Kind::table)) {
      return values_.refuse(node, slot.option->name, "a table of names and values"), v;
    }
    v.n = static_cast<std::uint32_t>(node.members.size());
    v.v.off = blob_.reserve(v.n);
    const auto shape = static_cast<std::uint16_t>(slot.shape & ~WEIR_CF_MAP);
    for (std::uint32_t i = 0; i < v.n; ++i) {
      const Member& member = node.members[i];
      weir_value item =
          value({slot.option, shape, slot.path + '.' + member.key.name, slot.set}, member.value);
      item.key = static_cast<std::uint32_t>(blob_.text(member.key.name));
      item.key_len = static_cast<std::uint32_t>(member.key.name.size());
      blob_.put(v.v.off, i, item);
    }
    return v;
  }

  weir_value list_value(const Slot& slot, const Node& node) {
    weir_value v = made(slot, WEIR_VF_LIST);
    if (!node.is(Kind::array)) return refuse_list(slot, node), v;
    v.n = static_cast<std::uint32_t>(node.items.size());
    v.v.off = blob_.reserve(v.n);
    for (std::uint32_t i = 0; i < v.n; ++i) {
      const std::string path = slot.path + '[' + std::to_string(i) + ']';
      blob_.put(v.v.off, i, value({slot.option, 0, path, slot.set}, node.items[i]));
    }
    return v;
  }

  void refuse_list(const Slot& slot, const Node& node) {
    const bool tables = slot.option->type == WEIR_C_TABLE;
    const std::string name = std::string("...") + slot.option->name;
    values_.refuse(
        node, slot.option->name, tables ? "a list of tables" : "a list",
        tables ? "write its header in double brackets, [[" + name + "]]" : "put it in [ ]");
  }

  weir_value table_value(const Slot& slot, const Node* node) {
    weir_value v = made(slot, 0);
    const Options options = children_of(*slot.option);
    v.n = static_cast<std::uint32_t>(options.size());
    v.v.off = blob_.reserve(v.n);
    if (node == nullptr) {
      fill(nullptr, options, v.v.off, slot.path + '.');
      return v;
    }
    TableView table(*node);
    fill(&table, options, v.v.off, slot.path + '.');
    for (const Member& member : node->members) {
      if (!table.taken(member)) {
        report_unknown(member, whose_ + '.' + slot.option->name, names_of(options), reporter_);
      }
    }
    return v;
  }

  weir_value single_value(const Slot& slot, const Node& node) {
    if (slot.option->type != WEIR_C_TABLE) return scalar_value(slot, node);
    if (node.is(Kind::table)) return table_value(slot, &node);
    values_.refuse(node, slot.option->name, "a table",
                   node.is(Kind::array) ? "write its header in single brackets" : "");
    return made(slot, 0);
  }

  weir_value scalar_value(const Slot& slot, const Node& node) {
    const std::string_view name = slot.option->name;
    weir_value v = made(slot, 0);
    bool yes = false;
    switch (v.type) {
      case WEIR_C_INT:
        values_.integer(node, name, v.v.i) &&
            in_range(slot, node, static_cast<double>(v.v.i), as_number);
        break;
      case WEIR_C_FLOAT:
        values_.number(node, name, v.v.f) && in_range(slot, node, v.v.f, as_number);
        break;
      case WEIR_C_DURATION:
        values_.duration(node, name, v.v.i) &&
            in_range(slot, node, static_cast<double>(v.v.i), as_duration);
        break;
      case WEIR_C_SIZE:
        values_.size(node, name, v.v.i) &&
            in_range(slot, node, static_cast<double>(v.v.i), as_size);
        break;
      case WEIR_C_BOOL: values_.boolean(node, name, yes), v.v.i = yes ? 1 : 0; break;
      case WEIR_C_SECRET: v.v.i = secret(node, name); break;
      case WEIR_C_ANY: any(v, node, name); break;
      default: text(v, slot, node);
    }
    return v;
  }

  bool in_range(const Slot& slot, const Node& node, double value,
                double (*convert)(std::string_view)) {
    if (slot.option->range == nullptr) return true;
    const std::string expected = check_range(slot.option->range, value, convert);
    if (!expected.empty()) {
      reporter_.error(node.at, quote(slot.option->name) + " must be " + expected);
    }
    return expected.empty();
  }

  void text(weir_value& v, const Slot& slot, const Node& node) {
    const std::string_view name = slot.option->name;
    std::string text;
    const bool words = node.is(Kind::array) && (slot.option->flags & WEIR_CF_WORDS) != 0;
    const bool good = slot.option->type == WEIR_C_ENUM
                          ? values_.choice(node, name, choices_of(*slot.option), text)
                      : words ? line_of(node, name, text)
                              : values_.string(node, name, text);
    if (good) put_text(v, text);
  }

  // Words as a shell would be given them.
  bool line_of(const Node& node, std::string_view name, std::string& line) {
    std::string word;
    for (const Node& item : node.items) {
      if (!values_.string(item, name, word)) return false;
      line += line.empty() ? "'" : " '";
      for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
      line += '\'';
    }
    return true;
  }

  void put_text(weir_value& v, std::string_view text) {
    v.n = static_cast<std::uint32_t>(text.size());
    v.v.off = blob_.text(text);
  }

  std::int64_t secret(const Node& node, std::string_view name) {
    std::string text;
    if (!values_.scalar_text(node, name, text)) return blob_.secret("");
    const std::string store = secret_store(text);
    if (!store.empty()) {
      reporter_.error(node.at, "there is no secret store " + quote(store),
                      "secret stores are not supported by this version");
    }
    return blob_.secret(text);
  }

  void any(weir_value& v, const Node& node, std::string_view name) {
    switch (node.kind) {
      case Kind::integer:
        v.type = WEIR_C_INT;
        v.v.i = node.integer;
        break;
      case Kind::floating:
        v.type = WEIR_C_FLOAT;
        v.v.f = node.number;
        break;
      case Kind::boolean:
        v.type = WEIR_C_BOOL;
        v.v.i = node.integer;
        break;
      case Kind::array:
      case Kind::table: values_.refuse(node, name, "a string, a number, or true or false"); break;
      default: v.type = WEIR_C_STRING; put_text(v, node.text);
    }
  }

  const std::string& whose_;
  Values& values_;
  Reporter& reporter_;
  BlobWriter blob_;
  OptionPlaces& places_;
};

}  // namespace

Options options_of(const weir_plugin& plugin) {
  Options options;
  for (const weir_opt* const* option = plugin.opts; option != nullptr && *option != nullptr;
       ++option) {
    options.push_back(*option);
  }
  return options;
}

// The plugin may have been built with a larger weir_opt: its size is the stride.
Options children_of(const weir_opt& option) {
  Options options;
  const auto* at = reinterpret_cast<const std::uint8_t*>(option.children);
  for (std::uint32_t i = 0; i < option.n_children; ++i) {
    const auto* child = reinterpret_cast<const weir_opt*>(at);
    options.push_back(child);
    at += child->size;
  }
  return options;
}

std::vector<std::string> names_of(const Options& options) {
  std::vector<std::string> names;
  for (const weir_opt* option : options) names.emplace_back(option->name);
  return names;
}

std::vector<std::string> choices_of(const weir_opt& option) {
  return {option.choices, option.choices + option.n_choices};
}

std::vector<std::string> aliases_of(const weir_opt& option) {
  std::vector<std::string> names;
  for (const char* const* alias = option.aliases; alias != nullptr && *alias != nullptr; ++alias) {
    names.emplace_back(*alias);
  }
  return names;
}

void read_options(TableView& table, const Options& options, const std::string& whose,
                  Values& values, const OptionTarget& target) {
  SchemaReader(whose, values, target).read(table, options);
}

void report_unknown(const Member& member, const std::string& whose,
                    const std::vector<std::string>& known, Reporter& reporter) {
  const std::string near = nearest_name(member.key.name, known);
  if (is_secret_name(member.key.name) || is_secret_name(near)) reporter.hide(member.value.at);
  reporter.error(member.key.at, "unknown option " + quote(member.key.name) + " of " + whose,
                 did_you_mean(member.key.name, known));
}

}  // namespace weir::config
