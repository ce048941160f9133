#include "core/config/document.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/config/statements.hpp"
#include "core/config/text.hpp"

namespace weir::config {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// Puts statements into the tree.
class Tree {
 public:
  Tree(std::uint32_t file, Reporter& reporter) : reporter_(reporter) {
    root_.kind = Node::Kind::table;
    root_.form = Node::Form::header;
    root_.at = {file, 0, 0};
    aside_ = root_;
  }

  void add(Statement& statement) {
    switch (statement.kind) {
      case Statement::Kind::unreadable: current_->damaged = true; break;
      case Statement::Kind::entry: entry(statement); break;
      default: header(statement);
    }
  }

  Node take() { return std::move(root_); }

 private:
  // The member of that name, or a new table of that form.
  static Member& member(Node& table, const Key& key, Node::Form form) {
    if (Member* found = table.find(key.name)) return *found;
    Node node;
    node.kind = Node::Kind::table;
    node.form = form;
    node.at = key.at;
    table.members.push_back({key, std::move(node)});
    return table.members.back();
  }

  // Where the header's or the entry's last key belongs; nullptr when something is in the way.
  Node* descend(Node& from, const std::vector<Key>& path) {
    Node* table = &from;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      Member& found = member(*table, path[i], Node::Form::implied);
      table = &found.value;
      if (table->is(Node::Kind::array) && table->form == Node::Form::header) {
        table = &table->items.back();
      }
      if (!table->is(Node::Kind::table) || table->form == Node::Form::value) {
        reporter_.error(path[i].at, quote(path[i].name) + " is " + describe(found.value.kind) +
                                        since(found) + ", nothing can be added to it here");
        return nullptr;
      }
    }
    return table;
  }

  std::string since(const Member& member) {
    return " since line " + std::to_string(reporter_.line(member.key.at));
  }

  void header(Statement& statement) {
    Node* parent = descend(root_, statement.path);
    const bool array = statement.kind == Statement::Kind::array_table;
    Node* table = parent == nullptr ? nullptr
                  : array           ? append(*parent, statement)
                                    : open(*parent, statement);
    if (table == nullptr) {  // What follows is read for its syntax alone.
      aside_.members.clear();
      table = &aside_;
    }
    current_ = table;
  }

  Node* open(Node& parent, const Statement& statement) {
    const Key& key = statement.path.back();
    const bool known = parent.find(key.name) != nullptr;
    Member& found = member(parent, key, Node::Form::implied);
    if (!found.value.is(Node::Kind::table) || found.value.form != Node::Form::implied) {
      const bool list = found.value.is(Node::Kind::array);
      reporter_.error(statement.at,
                      "the table " + quote(key.name) + " exists already" + since(found),
                      list ? "write it in double brackets too, [[...]]"
                           : "for several of a kind write [[...]]");
      return nullptr;
    }
    found.value.form = Node::Form::header;
    found.value.at = statement.at;
    if (!known) found.key.at = statement.at;
    return &found.value;
  }

  Node* append(Node& parent, const Statement& statement) {
    const Key& key = statement.path.back();
    const bool known = parent.find(key.name) != nullptr;
    Member& found = member(parent, key, Node::Form::header);
    if (!known) {
      found.value.kind = Node::Kind::array;
      found.key.at = statement.at;
      found.value.at = statement.at;
    } else if (!found.value.is(Node::Kind::array) || found.value.form != Node::Form::header) {
      reporter_.error(
          statement.at,
          quote(key.name) + " exists already" + since(found) + ", but not in double brackets",
          "write it in double brackets there too, [[...]]");
      return nullptr;
    }
    Node table;
    table.kind = Node::Kind::table;
    table.form = Node::Form::header;
    table.at = statement.at;
    found.value.items.push_back(std::move(table));
    return &found.value.items.back();
  }

  void entry(Statement& statement) {
    Node* table = descend(*current_, statement.path);
    if (table == nullptr) {
      current_->damaged = true;
      return;
    }
    const Key& key = statement.path.back();
    if (const Member* found = table->find(key.name)) {
      if (is_secret_name(key.name)) reporter_.hide(statement.value.at);
      reporter_.error(statement.at, quote(key.name) + " is written twice, first in line " +
                                        std::to_string(reporter_.line(found->key.at)));
      return;
    }
    table->members.push_back({key, std::move(statement.value)});
  }

  Reporter& reporter_;
  Node root_, aside_;
  Node* current_{&root_};
};

// Puts the environment into every string of the tree.
class Substitution {
 public:
  Substitution(const EnvironmentRules& rules, Reporter& reporter)
      : rules_(rules), reporter_(reporter) {}

  void run(Node& node) {
    if (node.is(Node::Kind::string)) string(node);
    for (Node& item : node.items) run(item);
    for (Member& member : node.members) run(member.value);
  }

 private:
  void string(Node& node) {
    if (node.text.find('$') == npos) return;
    Expansion expansion = expand(node.text, rules_);
    if (!expansion.error.empty()) reporter_.error(node.at, expansion.error);
    if (!expansion.unset.empty()) {
      reporter_.remedy(node.at, "set the environment variable " + quote(expansion.unset) +
                                    ", or write ${" + expansion.unset + ":-DEFAULT}");
    }
    node.from_environment = expansion.changed;
    node.text = std::move(expansion.text);
  }

  const EnvironmentRules& rules_;
  Reporter& reporter_;
};

// Says so where a file is no text at all; one error is enough then.
bool is_text(std::uint32_t file, std::string_view text, Reporter& reporter) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    reporter.error({file, 0, 1}, "the file is UTF-16", "save it as UTF-8");
    return false;
  }
  const std::size_t bad = std::min(find_invalid_utf8(text), text.find('\0'));
  if (bad == npos) return true;
  reporter.error({file, static_cast<std::uint32_t>(bad), 1}, "this is not UTF-8 text",
                 "save the file as UTF-8");
  return false;
}

MappedText mapped(std::uint32_t file, std::string_view text, const EnvironmentRules& rules,
                  bool replace, Reporter& reporter) {
  const std::uint32_t begin = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  if (!replace) return {file, text, begin};
  Expansion expansion = expand_file(text.substr(begin), rules);
  if (!expansion.error.empty()) {
    reporter.error({file, begin + static_cast<std::uint32_t>(expansion.error_offset),
                    static_cast<std::uint32_t>(expansion.error_length)},
                   expansion.error);
  }
  return {file, begin, std::move(expansion)};
}

}  // namespace

Node read_document(std::uint32_t file, const DocumentOptions& options, Reporter& reporter) {
  static const Environment empty;
  const EnvironmentRules rules{options.environment == nullptr ? empty : *options.environment,
                               !options.env_old};
  Tree tree(file, reporter);
  const std::string_view text = reporter.sources().file(file).text();
  if (!is_text(file, text, reporter)) return tree.take();
  const MappedText map = mapped(file, text, rules, options.env_non_strict, reporter);
  cut_statements(map, reporter, [&tree](Statement& statement) { tree.add(statement); });
  Node root = tree.take();
  if (!options.env_non_strict) Substitution(rules, reporter).run(root);
  return root;
}

bool is_secret_name(std::string_view name) {
  static constexpr std::array<std::string_view, 16> parts{
      "passw",   "passphrase", "passwd",      "pwd",          "secret",     "token",
      "api_key", "apikey",     "private_key", "auth_key",     "access_key", "credential",
      "header",  "cookie",     "bearer",      "authorization"};
  const std::string lower = to_lower(name);
  return lower == "dsn" || std::any_of(parts.begin(), parts.end(), [&lower](std::string_view part) {
           return lower.find(part) != npos;
         });
}

}  // namespace weir::config
