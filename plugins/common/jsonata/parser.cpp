#include "plugins/common/jsonata/parser.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "plugins/common/jsonata/functions.hpp"
#include "plugins/common/jsonata/regex.hpp"

namespace weir::jsonata {
namespace {

constexpr int path_binding = 75;
constexpr int negate_binding = 70;
constexpr int assign_binding = 10;

struct Infix {
  std::string_view text;
  int binding;
  NodeKind kind;  // of the plain binary ones
};
constexpr std::array<Infix, 23> infixes{{{".", path_binding, NodeKind::path},
                                         {"[", 80, NodeKind::path},
                                         {"(", 80, NodeKind::call},
                                         {"{", 70, NodeKind::object},
                                         {"*", 60, NodeKind::arithmetic},
                                         {"/", 60, NodeKind::arithmetic},
                                         {"%", 60, NodeKind::arithmetic},
                                         {"+", 50, NodeKind::arithmetic},
                                         {"-", 50, NodeKind::arithmetic},
                                         {"&", 50, NodeKind::concat},
                                         {"=", 40, NodeKind::compare},
                                         {"!=", 40, NodeKind::compare},
                                         {"<", 40, NodeKind::compare},
                                         {"<=", 40, NodeKind::compare},
                                         {">", 40, NodeKind::compare},
                                         {">=", 40, NodeKind::compare},
                                         {"in", 40, NodeKind::contained},
                                         {"~>", 40, NodeKind::apply},
                                         {"^", 40, NodeKind::sort},
                                         {"and", 30, NodeKind::logic},
                                         {"or", 25, NodeKind::logic},
                                         {"?", 20, NodeKind::condition},
                                         {":=", assign_binding, NodeKind::assign}}};

const Infix* infix_of(const Token& t) {
  const bool word = t.kind == Token::Kind::name && !t.quoted;
  if (!word && t.kind != Token::Kind::symbol) return nullptr;
  for (const Infix& i : infixes) {
    if (i.text == t.text) return &i;
  }
  return nullptr;
}

NodePtr node(NodeKind kind, std::size_t at) { return std::make_unique<Node>(kind, at); }

NodePtr constant(Value v, std::size_t at) {
  NodePtr made = node(NodeKind::constant, at);
  made->value = std::move(v);
  return made;
}

void deepen(Node& parent, const Node& child) {
  parent.levels = std::max(parent.levels, child.levels + 1);
  if (parent.levels > expression_levels_max) {
    throw Error(child.at, "the expression is nested too deep");
  }
}

void adopt(Node& parent, NodePtr child) {
  deepen(parent, *child);
  parent.children.push_back(std::move(child));
}

void add_step(Node& path, NodePtr step) {
  const bool plain = step->kind == NodeKind::constant && step->value.as_function() == nullptr;
  if (plain) {
    throw Error(step->at, "a path is made of names, not of strings, numbers, true, false or null");
  }
  if (path.children.size() > 1) path.children.back()->constructs = false;
  step->constructs = step->kind == NodeKind::array;
  path.keep_array = path.keep_array || step->keep_array;
  adopt(path, std::move(step));
}

// The path that steps can be added to: itself, or a new one that begins with it.
NodePtr as_path(NodePtr n) {
  if (n->kind == NodeKind::path && n->group == nullptr) return n;
  NodePtr made = node(NodeKind::path, n->at);
  add_step(*made, std::move(n));
  return made;
}

std::string shown(const Token& t) {
  return t.kind == Token::Kind::end ? "the end of the expression" : "\"" + t.text + "\"";
}

}  // namespace

Parser::Parser(std::string_view source) : lexer_(source) { advance(true); }

NodePtr Parser::whole() {
  NodePtr root = expression(0);
  if (token_.kind != Token::Kind::end) {
    throw Error(token_.at, "there is no operator in front of " + shown(token_));
  }
  for (const auto& [name, at] : unknown_) {
    if (bound_.count(name) == 0) throw Error(at, "function $" + name + " is not supported");
  }
  return root;
}

void Parser::advance(bool value_expected) { token_ = lexer_.next(value_expected); }

bool Parser::take(std::string_view symbol, bool value_expected) {
  if (!token_.is(symbol)) return false;
  advance(value_expected);
  return true;
}

void Parser::expect(std::string_view symbol, bool value_expected) {
  if (take(symbol, value_expected)) return;
  throw Error(token_.at, "\"" + std::string(symbol) + "\" is expected, not " + shown(token_));
}

NodePtr Parser::expression(int binding) {
  if (++levels_ > expression_levels_max) {
    throw Error(token_.at, "the expression is nested too deep");
  }
  NodePtr left = prefix(token_);
  for (const Infix* i = infix_of(token_); i != nullptr && i->binding > binding;
       i = infix_of(token_)) {
    const Token operation = token_;
    left = infix(std::move(left), operation);
  }
  --levels_;
  return left;
}

NodePtr Parser::prefix(Token t) {
  switch (t.kind) {
    case Token::Kind::symbol: return prefix_symbol(t);
    case Token::Kind::end: throw Error(t.at, "the expression ends where a value is expected");
    default: break;
  }
  advance(false);
  switch (t.kind) {
    case Token::Kind::string: return constant(Value::text(t.text), t.at);
    case Token::Kind::number: return constant(Value::number(t.number), t.at);
    case Token::Kind::name: return prefix_name(std::move(t));
    case Token::Kind::variable: {
      NodePtr made = node(NodeKind::variable, t.at);
      made->text = std::move(t.text);
      return made;
    }
    default: break;
  }
  try {
    return constant(make_function(std::make_shared<const Regex>(t.text, t.flags)), t.at);
  } catch (const std::invalid_argument& x) {
    throw Error(t.at, std::string("the regular expression is wrong: ") + x.what());
  }
}

NodePtr Parser::prefix_name(Token t) {
  if (!t.quoted) {
    if (t.text == "true" || t.text == "false") {
      return constant(Value::boolean(t.text == "true"), t.at);
    }
    if (t.text == "null") return constant(Value::null(), t.at);
    if ((t.text == "function" || t.text == "λ") && token_.is("(")) return lambda(t.at);
  }
  NodePtr name = node(NodeKind::name, t.at);
  name->text = std::move(t.text);
  return as_path(std::move(name));
}

NodePtr Parser::prefix_symbol(const Token& t) {
  const bool leaf = t.text == "*" || t.text == "**";
  advance(!leaf);
  if (leaf) return node(t.text == "*" ? NodeKind::wildcard : NodeKind::descendants, t.at);
  if (t.text == "(") return block(t.at);
  if (t.text == "[") return array(t.at);
  if (t.text == "{") return object(t.at);
  if (t.text == "-") return negate(t.at);
  if (t.text == "|") return transform(t.at);
  throw Error(t.at, "\"" + t.text + "\" stands where a value is expected");
}

NodePtr Parser::infix(NodePtr left, const Token& t) {
  const Infix& found = *infix_of(t);
  advance(true);
  if (t.text == ".") return path(std::move(left), expression(path_binding));
  if (t.text == "[") return predicate(std::move(left), t.at);
  switch (found.kind) {
    case NodeKind::call: return call(std::move(left), t.at);
    case NodeKind::object: return group(std::move(left), t.at);
    case NodeKind::condition: return condition(std::move(left), t.at);
    case NodeKind::assign: return assign(std::move(left), t.at);
    case NodeKind::sort: return sort(std::move(left), t.at);
    default: break;
  }
  NodePtr made = node(found.kind, t.at);
  made->text = t.text;
  adopt(*made, std::move(left));
  adopt(*made, expression(found.binding));
  return made;
}

// ---- what a value begins with ------------------------------------------------------------------

NodePtr Parser::array(std::size_t at) {
  NodePtr made = node(NodeKind::array, at);
  while (!token_.is("]")) {
    NodePtr item = expression(0);
    const std::size_t dots = token_.at;
    if (take("..", true)) {
      NodePtr range = node(NodeKind::range, dots);
      adopt(*range, std::move(item));
      adopt(*range, expression(0));
      item = std::move(range);
    }
    adopt(*made, std::move(item));
    if (!take(",", true)) break;
  }
  expect("]", false);
  return made;
}

NodePtr Parser::object(std::size_t at) {
  NodePtr made = node(NodeKind::object, at);
  while (!token_.is("}")) {
    adopt(*made, expression(0));
    expect(":", true);
    adopt(*made, expression(0));
    if (!take(",", true)) break;
  }
  expect("}", false);
  return made;
}

NodePtr Parser::block(std::size_t at) {
  NodePtr made = node(NodeKind::block, at);
  while (!token_.is(")")) {
    adopt(*made, expression(0));
    if (!take(";", true)) break;
  }
  expect(")", false);
  return made;
}

NodePtr Parser::negate(std::size_t at) {
  NodePtr operand = expression(negate_binding);
  if (operand->kind == NodeKind::constant && operand->value.is_number()) {
    return constant(Value::number(-operand->value.as_number()), at);
  }
  NodePtr made = node(NodeKind::negate, at);
  made->text = "-";
  adopt(*made, std::move(operand));
  return made;
}

NodePtr Parser::lambda(std::size_t at) {
  NodePtr made = node(NodeKind::lambda, at);
  expect("(", false);
  while (token_.kind == Token::Kind::variable) {
    bound_.insert(token_.text);
    made->parameters.push_back(token_.text);
    advance(false);
    if (!take(",", false)) break;
  }
  expect(")", false);
  if (token_.is("<")) {
    const std::size_t begin = token_.at;
    try {
      made->signature = std::make_unique<const Signature>(lexer_.signature(begin));
    } catch (const std::invalid_argument& x) {
      throw Error(begin, x.what());
    }
    advance(false);
  }
  expect("{", true);
  adopt(*made, expression(0));
  expect("}", false);
  return made;
}

NodePtr Parser::transform(std::size_t at) {
  NodePtr made = node(NodeKind::transform, at);
  adopt(*made, expression(0));
  expect("|", true);
  adopt(*made, expression(0));
  if (take(",", true)) adopt(*made, expression(0));
  expect("|", false);
  return made;
}

// ---- what follows a value ----------------------------------------------------------------------

NodePtr Parser::path(NodePtr left, NodePtr right) {
  NodePtr made = as_path(std::move(left));
  const bool steps = right->kind == NodeKind::path && right->group == nullptr;
  if (!steps) {
    add_step(*made, std::move(right));
    return made;
  }
  for (NodePtr& step : right->children) add_step(*made, std::move(step));
  return made;
}

NodePtr Parser::predicate(NodePtr left, std::size_t at) {
  if (left->group != nullptr) throw Error(at, "a predicate cannot follow a grouping");
  const bool in_path = left->kind == NodeKind::path;
  Node& target = in_path ? *left->children.back() : *left;
  if (take("]", false)) {
    target.keep_array = true;
    left->keep_array = true;
    return left;
  }
  NodePtr inside = expression(0);
  expect("]", false);
  deepen(target, *inside);
  target.predicates.push_back(std::move(inside));
  if (in_path) deepen(*left, target);
  return left;
}

NodePtr Parser::group(NodePtr left, std::size_t at) {
  if (left->group != nullptr) throw Error(at, "a grouping cannot follow a grouping");
  left->group = object(at);
  deepen(*left, *left->group);
  return left;
}

NodePtr Parser::call(NodePtr left, std::size_t at) {
  NodePtr made = node(NodeKind::call, at);
  adopt(*made, std::move(left));
  while (!token_.is(")")) {
    if (take("?", false)) {
      made->children.push_back(nullptr);
    } else {
      adopt(*made, expression(0));
    }
    if (!take(",", true)) break;
  }
  expect(")", false);
  check_called(*made, *made->children[0]);
  return made;
}

void Parser::check_called(const Node& called, const Node& function) {
  if (function.kind != NodeKind::variable || bound_.count(function.text) != 0) return;
  if (!is_builtin(function.text)) {
    unknown_.emplace_back(function.text, function.at);
  } else if (takes_picture(function.text) && called.children.size() > 2) {
    throw Error(function.at, "picture strings of $" + function.text + " are not supported");
  }
}

NodePtr Parser::condition(NodePtr left, std::size_t at) {
  NodePtr made = node(NodeKind::condition, at);
  adopt(*made, std::move(left));
  adopt(*made, expression(0));
  if (take(":", true)) adopt(*made, expression(0));
  return made;
}

NodePtr Parser::assign(NodePtr left, std::size_t at) {
  if (left->kind != NodeKind::variable) throw Error(at, "only variables can be assigned to");
  bound_.insert(left->text);
  NodePtr made = node(NodeKind::assign, at);
  made->text = left->text;
  adopt(*made, expression(assign_binding - 1));
  return made;
}

NodePtr Parser::sort(NodePtr left, std::size_t at) {
  NodePtr made = node(NodeKind::sort, at);
  expect("(", true);
  do {
    made->descending.push_back(token_.is(">"));
    if (!take(">", true)) take("<", true);
    adopt(*made, expression(0));
  } while (take(",", true));
  expect(")", false);
  NodePtr whole = as_path(std::move(left));
  add_step(*whole, std::move(made));
  return whole;
}

}  // namespace weir::jsonata
