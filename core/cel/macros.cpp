#include "core/cel/macros.hpp"

#include <algorithm>
#include <array>

namespace weir::cel {
namespace {

struct MacroForm {
  std::string_view name;
  Macro macro;
  std::size_t children;  // With what it is called on.
};
constexpr std::array<MacroForm, 6> forms{{{"all", Macro::all, 3},
                                          {"exists", Macro::exists, 3},
                                          {"exists_one", Macro::exists_one, 3},
                                          {"map", Macro::map, 3},
                                          {"map", Macro::map, 4},
                                          {"filter", Macro::filter, 3}}};

void refuse(const Node& at, Fault& fault, std::string message, std::string hint = {}) {
  if (!fault.message.empty()) return;
  fault = {at.offset, at.length, std::move(message), std::move(hint)};
}

bool is_named(const Node& node, std::string_view name) {
  return node.kind == NodeKind::name && node.name == name;
}

void expand_comprehension(Ast& ast, NodeId call, const MacroForm& form, Fault& fault) {
  Node& node = ast[call];
  const Node& variable = ast.child(node, 1);
  if (variable.kind != NodeKind::name) {
    refuse(variable, fault, "the first argument of " + std::string(form.name) + "() must be a name",
           "fields.exists(key, fields[key] == 0)");
  }
  node.kind = NodeKind::comprehension;
  node.macro = form.macro;
  node.name = variable.name;
  node.children.erase(node.children.begin() + 1);
}

bool is_numeric_or_open(const Node& node) {
  if (node.kind == NodeKind::literal) return node.value.is_number();
  return node.kind != NodeKind::list && node.kind != NodeKind::map;
}

// The arguments of math.greatest become one list, if they are more than two.
void expand_extreme(Ast& ast, NodeId call, bool greatest, Fault& fault) {
  Node& node = ast[call];
  const std::string said = greatest ? "math.greatest()" : "math.least()";
  node.children.erase(node.children.begin());
  if (node.children.empty()) return refuse(node, fault, said + " needs at least one argument");
  const Node& first = ast.child(node, 0);
  const bool one_list = node.children.size() == 1 && first.kind == NodeKind::list;
  const auto& checked = one_list ? first.children : node.children;
  for (const NodeId argument : checked) {
    if (!is_numeric_or_open(ast[argument])) {
      return refuse(ast[argument], fault, said + " compares numbers only");
    }
  }
  if (checked.empty()) return refuse(first, fault, said + " needs at least one number");
  if (node.children.size() > 2) {
    Node list;
    list.kind = NodeKind::list;
    list.offset = node.offset;
    list.length = node.length;
    list.depth = node.depth;
    list.children = std::move(node.children);
    ast.nodes.push_back(std::move(list));
    ++ast[call].depth;
    ast[call].children = {static_cast<NodeId>(ast.nodes.size() - 1)};
  }
  ast[call].kind = NodeKind::call;
  ast[call].name = greatest ? "math.greatest" : "math.least";
}

}  // namespace

void expand_global(Ast& ast, NodeId call, Fault& fault) {
  Node& node = ast[call];
  if (node.name != "has" || node.children.size() != 1) return;
  Node& selected = ast[node.children[0]];
  if (selected.kind != NodeKind::select) {
    return refuse(selected, fault, "has() takes one selection", "has(fields.x), has(tags.host)");
  }
  node.kind = NodeKind::has;
  node.name = selected.name;
  node.children = selected.children;
}

void expand_member(Ast& ast, NodeId call, Fault& fault) {
  const Node& node = ast[call];
  const bool extreme = node.name == "greatest" || node.name == "least";
  if (extreme && is_named(ast.child(node, 0), "math")) {
    return expand_extreme(ast, call, node.name == "greatest", fault);
  }
  const auto* form = std::find_if(forms.begin(), forms.end(), [&node](const MacroForm& f) {
    return f.name == node.name && f.children == node.children.size();
  });
  if (form != forms.end()) expand_comprehension(ast, call, *form, fault);
}

}  // namespace weir::cel
