#include "core/cel/checker.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/base/nearest.hpp"
#include "core/cel/library.hpp"
#include "core/cel/signature.hpp"

namespace weir::cel {
namespace {

constexpr TypeId dyn = Types::of(TypeKind::dyn);
constexpr TypeId boolean = Types::of(TypeKind::boolean);
constexpr TypeId text = Types::of(TypeKind::text);

struct TypeName {
  std::string_view name;
  Kind kind;
  TypeKind type;
};
constexpr std::array<TypeName, 12> type_names{
    {{"bool", Kind::boolean, TypeKind::boolean},
     {"bytes", Kind::bytes, TypeKind::bytes},
     {"double", Kind::floating, TypeKind::floating},
     {"google.protobuf.Duration", Kind::duration, TypeKind::duration},
     {"google.protobuf.Timestamp", Kind::timestamp, TypeKind::timestamp},
     {"int", Kind::integer, TypeKind::integer},
     {"list", Kind::list, TypeKind::list},
     {"map", Kind::map, TypeKind::map},
     {"null_type", Kind::null, TypeKind::null},
     {"string", Kind::text, TypeKind::text},
     {"type", Kind::type, TypeKind::type},
     {"uint", Kind::uinteger, TypeKind::uinteger}}};

TypeKind type_of(Kind literal) {
  switch (literal) {
    case Kind::boolean: return TypeKind::boolean;
    case Kind::integer: return TypeKind::integer;
    case Kind::uinteger: return TypeKind::uinteger;
    case Kind::floating: return TypeKind::floating;
    case Kind::text: return TypeKind::text;
    case Kind::bytes: return TypeKind::bytes;
    default: return TypeKind::null;
  }
}

class Checker {
 public:
  Checker(Ast& ast, Fault& fault) : ast_(ast), fault_(fault), types_() {}

  void run() {
    check(ast_.root);
    const Node& root = ast_[ast_.root];
    const TypeId type = types_.resolve(root.type);
    if (failed() || types_.kind(type) == TypeKind::boolean) return;
    refuse(root, "the expression is a " + types_.name(type) + ", and has to be true or false",
           types_.kind(type) == TypeKind::dyn ? "compare it: fields.x == true" : "");
  }

 private:
  struct Local {
    std::string_view name;
    TypeId type;
    std::uint32_t slot;
  };

  [[nodiscard]] bool failed() const { return !fault_.message.empty(); }
  TypeId refuse(const Node& at, std::string message, std::string hint = {}) {
    if (!failed()) fault_ = {at.offset, at.length, std::move(message), std::move(hint)};
    return dyn;
  }

  TypeId check(NodeId id) {
    const TypeId type = failed() ? dyn : types_.resolve(checked(id));
    ast_[id].type = type;
    return type;
  }
  TypeId checked(NodeId id) {
    Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::literal: return Types::of(type_of(node.value.kind));
      case NodeKind::name: return name(node);
      case NodeKind::select: return select(node);
      case NodeKind::has: return select_field(node), boolean;
      case NodeKind::call: return call(node);
      case NodeKind::member_call: return member_call(node);
      case NodeKind::both:
      case NodeKind::either: return logical(node);
      case NodeKind::list: return list(node);
      case NodeKind::map: return map(node);
      case NodeKind::comprehension: return comprehension(node);
    }
    return dyn;
  }

  // ---- names ----

  TypeId name(Node& node) {
    const auto local = std::find_if(locals_.rbegin(), locals_.rend(),
                                    [&node](const Local& l) { return l.name == node.name; });
    if (local != locals_.rend()) {
      node.variable = Variable::element;
      node.slot = local->slot;
      return local->type;
    }
    if (node.name == "name") return node.variable = Variable::name, text;
    if (node.name == "tags") return node.variable = Variable::tags, types_.map(text, text);
    if (node.name == "fields") return node.variable = Variable::fields, types_.map(text, dyn);
    if (node.name == "time") {
      return node.variable = Variable::time, Types::of(TypeKind::timestamp);
    }
    if (const auto type = type_name(node, node.name)) return *type;
    return unknown(node, std::string(node.name), {"name", "tags", "fields", "time"},
                   "an expression knows name, tags, fields and time");
  }
  // The name of a type becomes a literal.
  std::optional<TypeId> type_name(Node& node, std::string_view name) {
    for (const TypeName& known : type_names) {
      if (known.name != name) continue;
      node.kind = NodeKind::literal;
      node.children.clear();
      node.value = Value::of_type(known.kind);
      return types_.type(Types::of(known.type));
    }
    return std::nullopt;
  }
  TypeId unknown(const Node& node, const std::string& name, const std::vector<std::string>& known,
                 const std::string& hint) {
    const std::string near = nearest_name(name, known);
    return refuse(node, "unknown name \"" + name + "\"",
                  near.empty() ? hint : "did you mean \"" + near + "\"?");
  }

  // "a.b.c" where nothing but names is selected; empty otherwise.
  [[nodiscard]] std::string qualified(const Node& node) const {
    if (node.kind == NodeKind::name) return std::string(node.name);
    if (node.kind != NodeKind::select) return {};
    const std::string before = qualified(ast_.child(node, 0));
    return before.empty() ? before : before + '.' + std::string(node.name);
  }
  TypeId select(Node& node) {
    if (const auto type = type_name(node, qualified(node))) return *type;
    return select_field(node);
  }
  TypeId select_field(Node& node) {
    const TypeId from = check(node.children[0]);
    switch (types_.kind(from)) {
      case TypeKind::map: return types_.second(from);
      case TypeKind::dyn: return dyn;
      case TypeKind::variable: return types_.fits(dyn, from), dyn;
      default:
        return refuse(node, "a " + types_.name(from) + " has nothing to select by a dot",
                      "tags.x, fields.x");
    }
  }

  // ---- calls ----

  TypeId call(Node& node) {
    check_children(node);
    const Function* function = find_function(node.name);
    if (function == nullptr) return unknown_function(node, std::string(node.name));
    return overload(node, *function, false);
  }
  TypeId member_call(Node& node) {
    const std::string space = qualified(ast_.child(node, 0));
    const std::string full = space + '.' + std::string(node.name);
    const Function* function = space.empty() ? nullptr : find_function(full);
    if (function != nullptr) {  // math.abs(x) is a function and not called on "math".
      node.children.erase(node.children.begin());
      node.kind = NodeKind::call;
      check_children(node);
      return overload(node, *function, false);
    }
    if (is_library(space)) return unknown_function(node, full);
    check_children(node);
    function = find_function(node.name);
    if (function == nullptr) return unknown_function(node, std::string(node.name));
    return overload(node, *function, true);
  }
  [[nodiscard]] bool is_library(const std::string& space) const {
    const bool shadowed = std::any_of(locals_.begin(), locals_.end(),
                                      [&space](const Local& l) { return l.name == space; });
    return !shadowed &&
           (space == "math" || space == "strings" || space == "base64" || space == "json");
  }
  TypeId unknown_function(const Node& node, const std::string& name) {
    if (failed()) return dyn;
    const bool left_out = name == "format" || name == "json.encode";
    return left_out ? refuse(node, name + "() is not available here: it makes texts for people")
                    : unknown(node, name, function_names(), "");
  }
  void check_children(const Node& node) {
    for (const NodeId child : node.children) check(child);
  }
  TypeId overload(Node& node, const Function& function, bool member) {
    if (failed()) return dyn;
    std::vector<TypeId> arguments;
    arguments.reserve(node.children.size());
    for (const NodeId child : node.children) arguments.push_back(ast_[child].type);
    node.function = &function;
    std::optional<TypeId> result;
    for (const std::string_view form : function.forms) {
      Signature signature(form, types_);
      if (signature.is_member != member) continue;
      if (!types_.all_fit(arguments, signature.arguments)) continue;
      const TypeId type = types_.resolve(signature.result);
      result = !result || types_.same(*result, type) ? type : dyn;
    }
    return result ? *result : no_overload(node, arguments, member);
  }
  TypeId no_overload(const Node& node, const std::vector<TypeId>& arguments, bool member) {
    const std::string form = describe_call(node.name, arguments, member, types_);
    return refuse(node, form + " has no meaning", hint_for(node, arguments));
  }
  std::string hint_for(const Node& node, const std::vector<TypeId>& arguments) {
    const auto number = [this](TypeId t) {
      const TypeKind kind = types_.kind(t);
      return kind == TypeKind::integer || kind == TypeKind::uinteger || kind == TypeKind::floating;
    };
    const bool numbers = arguments.size() == 2 && number(arguments[0]) && number(arguments[1]);
    if (numbers) return "both have to be of one type: 1 is an int, 1u a uint, 1.0 a double";
    if (node.name == "_?_:_") return "condition ? value : other value of the same type";
    return {};
  }

  TypeId logical(const Node& node) {
    check_children(node);
    for (const NodeId child : node.children) truth(child);
    return boolean;
  }
  void truth(NodeId id) {
    if (failed() || types_.fits(ast_[id].type, boolean)) return;
    refuse(ast_[id], "true or false is needed here, not a " + types_.name(ast_[id].type));
  }

  // ---- lists, maps and what goes through them ----

  TypeId list(const Node& node) {
    std::optional<TypeId> items;
    for (const NodeId child : node.children) join(items, check(child));
    return types_.list(items ? *items : types_.fresh());
  }
  TypeId map(const Node& node) {
    std::optional<TypeId> keys, values;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      join(keys, check(node.children[i]));
      join(values, check(node.children[i + 1]));
    }
    const TypeId key = keys ? *keys : types_.fresh();
    return types_.map(key, values ? *values : types_.fresh());
  }
  void join(std::optional<TypeId>& all, TypeId one) { all = all ? types_.join(*all, one) : one; }

  TypeId comprehension(Node& node) {
    const TypeId element = element_of(node, check(node.children[0]));
    node.slot = static_cast<std::uint32_t>(locals_.size());
    locals_.push_back({node.name, element, node.slot});
    ast_.slots = std::max(ast_.slots, node.slot + 1);
    TypeId inside = dyn;
    for (std::size_t i = 1; i < node.children.size(); ++i) inside = check(node.children[i]);
    locals_.pop_back();
    const bool transforms = node.macro == Macro::map;
    if (!transforms || node.children.size() == 3) truth(node.children[1]);
    if (transforms) return types_.list(inside);
    return node.macro == Macro::filter ? types_.list(element) : boolean;
  }
  TypeId element_of(const Node& node, TypeId range) {
    switch (types_.kind(range)) {
      case TypeKind::list:
      case TypeKind::map: return types_.first(range);
      case TypeKind::dyn: return dyn;
      case TypeKind::variable: return types_.fits(dyn, range), dyn;
      default: return refuse(node, "a " + types_.name(range) + " is neither a list nor a map");
    }
  }

  Ast& ast_;
  Fault& fault_;
  Types types_;
  std::vector<Local> locals_;
};

}  // namespace

void check(Ast& ast, Fault& fault) { Checker(ast, fault).run(); }

}  // namespace weir::cel
