#include "core/config/instances.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/config/sort_by.hpp"
#include "core/config/text.hpp"

namespace weir::config {
namespace {

using Kind = Node::Kind;

struct Section {
  std::string_view name;
  std::uint16_t kind;
};
constexpr std::array<Section, 5> plugin_sections{{{"inputs", WEIR_INPUT},
                                                  {"plugins", WEIR_INPUT},
                                                  {"outputs", WEIR_OUTPUT},
                                                  {"processors", WEIR_PROCESSOR},
                                                  {"aggregators", WEIR_AGGREGATOR}}};
constexpr std::array<std::string_view, 5> other_sections{"agent", "global_tags", "tags", "weir",
                                                         "secretstores"};

class Finder {
 public:
  explicit Finder(Reporter& reporter) : reporter_(reporter) {}

  void top(const Member& member) {
    if (std::find(other_sections.begin(), other_sections.end(), member.key.name) !=
        other_sections.end()) {
      return;
    }
    for (const Section& section : plugin_sections) {
      if (section.name == member.key.name) return plugins(section.kind, member);
    }
    bare(member);
  }
  std::vector<Instance> take() {
    sort_by(found_, [](const Instance& instance) { return instance.table->at.offset; });
    return std::move(found_);
  }

 private:
  void plugins(std::uint16_t kind, const Member& section) {
    if (!section.value.is(Kind::table)) {
      reporter_.error(section.value.at, "\"" + section.key.name + "\" needs the name of a plugin",
                      "write [[" + section.key.name + ".NAME]]");
      return;
    }
    for (const Member& member : section.value.members) plugin(kind, member);
  }

  void plugin(std::uint16_t kind, const Member& member) {
    const Node& node = member.value;
    if (node.is(Kind::array)) {
      for (const Node& item : node.items) add(kind, member, item);
      return;
    }
    const bool single_allowed = kind == WEIR_INPUT || kind == WEIR_OUTPUT;
    if (node.is(Kind::table) && !single_allowed) {
      reporter_.error(
          node.at,
          quote(member.key.name) + " needs double brackets: it may stand here more than once",
          "write [[" + section_of(kind) + '.' + member.key.name + "]]");
      return;
    }
    add(kind, member, node);
  }

  void add(std::uint16_t kind, const Member& member, const Node& node) {
    if (node.is(Kind::table)) {
      found_.push_back({kind, member.key.name, &node, false});
    } else {
      reporter_.error(member.key.at,
                      quote(member.key.name) + " must be a table with the options of the plugin",
                      "write [[" + section_of(kind) + '.' + member.key.name + "]]");
    }
  }

  void bare(const Member& member) {
    const Node& node = member.value;
    const bool tables = node.is(Kind::array) && node.form == Node::Form::header;
    if (node.is(Kind::table) && node.form != Node::Form::value) {
      found_.push_back({WEIR_INPUT, member.key.name, &node, true});
    } else if (tables) {
      for (const Node& item : node.items) {
        found_.push_back({WEIR_INPUT, member.key.name, &item, true});
      }
    } else {
      reporter_.error(member.key.at, quote(member.key.name) + " stands before the first section",
                      "put it below a header such as [agent]");
    }
  }

  Reporter& reporter_;
  std::vector<Instance> found_;
};

}  // namespace

std::vector<Instance> find_instances(const Node& document, Reporter& reporter) {
  Finder finder(reporter);
  for (const Member& member : document.members) finder.top(member);
  return finder.take();
}

}  // namespace weir::config
