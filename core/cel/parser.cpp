#include "core/cel/parser.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "core/cel/lexer.hpp"
#include "core/cel/limits.hpp"
#include "core/cel/macros.hpp"

namespace weir::cel {
namespace {

constexpr NodeId nothing = 0;  // The first node, which belongs to no tree.

using Signs = std::initializer_list<std::string_view>;

bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 21> words{
      "as",   "break",    "const",     "continue", "else", "false", "for",
      "if",   "import",   "in",        "let",      "loop", "null",  "package",
      "true", "function", "namespace", "return",   "var",  "void",  "while"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Words of the grammar, which are no names even behind a dot.
bool is_keyword(std::string_view word) {
  return word == "in" || word == "true" || word == "false" || word == "null";
}

class Parser {
 public:
  Parser(std::string_view source, std::deque<std::string>& texts, Fault& fault)
      : lexer_(source, texts, fault), fault_(fault) {
    ast_.nodes.emplace_back();
  }

  Ast run() {
    take();
    ast_.root = expression();
    if (!failed() && token_.kind != Token::Kind::end) {
      fail("the expression should end here", "an operator is missing, or a bracket was not opened");
    }
    return std::move(ast_);
  }

 private:
  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) { ++parser.nesting_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    ~Deeper() { --parser.nesting_; }
    Parser& parser;
  };

  [[nodiscard]] bool failed() const { return !fault_.message.empty(); }
  NodeId fail(std::string message, std::string hint = {}) {
    return fail(token_, std::move(message), std::move(hint));
  }
  NodeId fail(const Token& at, std::string message, std::string hint = {}) {
    if (!failed()) {
      fault_ = {at.offset, static_cast<std::uint32_t>(at.text.size()), std::move(message),
                std::move(hint)};
    }
    token_.kind = Token::Kind::end;
    return nothing;
  }

  // After a fault nothing follows, so that every loop ends.
  Token take() {
    Token taken = token_;
    token_ = failed() ? Token{} : lexer_.next();
    return taken;
  }
  bool accept(std::string_view sign) {
    if (!token_.is(sign)) return false;
    take();
    return true;
  }
  void expect(std::string_view sign, const Token& opened) {
    if (accept(sign)) return;
    const bool ended = token_.kind == Token::Kind::end;
    fail(ended ? opened : token_, ended ? "\"" + std::string(opened.text) + "\" is not closed"
                                        : "\"" + std::string(sign) + "\" is missing here");
  }

  NodeId make(NodeKind kind, const Token& at, std::vector<NodeId> children = {}) {
    std::uint32_t depth = 0;
    for (const NodeId child : children) depth = std::max(depth, ast_[child].depth);
    if (depth >= nesting_max) return fail(at, "the expression is nested too deeply");
    if (ast_.nodes.size() >= nodes_max) return fail(at, "the expression is too long");
    Node node;
    node.kind = kind;
    node.offset = at.offset;
    node.length = static_cast<std::uint32_t>(at.text.size());
    node.depth = depth + 1;
    node.name = at.text;
    node.children = std::move(children);
    ast_.nodes.push_back(std::move(node));
    return static_cast<NodeId>(ast_.nodes.size() - 1);
  }
  NodeId call(std::string_view function, const Token& at, std::vector<NodeId> children) {
    const NodeId made = make(NodeKind::call, at, std::move(children));
    ast_[made].name = function;
    return made;
  }
  NodeId literal(const Token& at, const Value& value) {
    const NodeId made = make(NodeKind::literal, at);
    ast_[made].value = value;
    return made;
  }

  NodeId expression() {
    const Deeper guard(*this);
    if (nesting_ > nesting_max) return fail("the expression is nested too deeply");
    const NodeId condition = chain("||", NodeKind::either, &Parser::conjunction);
    if (!token_.is("?")) return condition;
    const Token at = take();
    const NodeId yes = chain("||", NodeKind::either, &Parser::conjunction);
    if (!accept(":")) return fail("\":\" is missing here", "condition ? value : other value");
    return call("_?_:_", at, {condition, yes, expression()});
  }
  NodeId conjunction() { return chain("&&", NodeKind::both, &Parser::relation); }

  // a || b || c is one node with three children.
  NodeId chain(std::string_view sign, NodeKind kind, NodeId (Parser::*operand)()) {
    std::vector<NodeId> operands{(this->*operand)()};
    const Token at = token_;
    while (accept(sign)) operands.push_back((this->*operand)());
    return operands.size() == 1 ? operands[0] : make(kind, at, std::move(operands));
  }

  NodeId relation() {
    NodeId left = addition();
    for (;;) {
      const bool membership = token_.kind == Token::Kind::name && token_.text == "in";
      if (!membership && !is_any({"==", "!=", "<", "<=", ">", ">="})) return left;
      const Token at = take();
      left = call(membership ? "@in" : at.text, at, {left, addition()});
    }
  }
  NodeId addition() {
    NodeId left = multiplication();
    while (is_any({"+", "-"})) left = binary(left, &Parser::multiplication);
    return left;
  }
  NodeId multiplication() {
    NodeId left = unary();
    while (is_any({"*", "/", "%"})) left = binary(left, &Parser::unary);
    return left;
  }
  NodeId binary(NodeId left, NodeId (Parser::*operand)()) {
    const Token at = take();
    return call(at.text, at, {left, (this->*operand)()});
  }
  [[nodiscard]] bool is_any(Signs signs) const {
    return std::any_of(signs.begin(), signs.end(), [this](auto sign) { return token_.is(sign); });
  }

  NodeId unary() {
    const Deeper guard(*this);
    if (nesting_ > nesting_max) return fail("the expression is nested too deeply");
    if (token_.is("!")) return negation("!", "!_");
    return token_.is("-") ? negation("-", "-_") : member(primary());
  }
  // Two signs are none.
  NodeId negation(std::string_view sign, std::string_view function) {
    Token at;
    bool odd = false;
    for (; token_.is(sign); odd = !odd) at = take();
    if (!odd) return member(primary());
    const bool minus = function == "-_";
    if (minus && token_.kind == Token::Kind::magnitude) return member(integer(&at));
    if (minus && token_.kind == Token::Kind::literal && token_.literal.is(Kind::floating)) {
      return member(literal(at, Value::of_double(-take().literal.f)));
    }
    return call(function, at, {member(primary())});
  }

  NodeId integer(const Token* minus) {
    const std::uint64_t most = std::uint64_t{1} << 63U;
    const Token at = token_;
    const std::uint64_t u = at.literal.u;
    if (u > most || (u == most && minus == nullptr)) {
      return fail("the number does not fit into 64 bits with a sign",
                  "write " + std::to_string(u) + "u for a number without a sign");
    }
    take();
    const std::uint64_t signed_bits = minus != nullptr ? ~u + 1 : u;
    return literal(minus != nullptr ? *minus : at,
                   Value::of_int(static_cast<std::int64_t>(signed_bits)));
  }

  NodeId member(NodeId target) {
    for (;;) {
      if (token_.is(".")) {
        take();
        target = selection(target);
      } else if (token_.is("[")) {
        const Token at = take();
        const NodeId index = expression();
        expect("]", at);
        target = call("_[_]", at, {target, index});
      } else {
        if (token_.is("{")) fail("messages cannot be made here", "a map is {\"key\": value}");
        return target;
      }
    }
  }
  NodeId selection(NodeId target) {
    const bool quoted = token_.kind == Token::Kind::quoted_name;
    if (!quoted && (token_.kind != Token::Kind::name || is_keyword(token_.text))) {
      return fail("a name should follow the dot", "a key that is no name is written [\"key\"]");
    }
    const Token at = take();
    if (!quoted && token_.is("(")) return member_call(target, at);
    return make(NodeKind::select, at, {target});
  }
  NodeId member_call(NodeId target, const Token& at) {
    std::vector<NodeId> children{target};
    const Token opened = take();
    items(")", opened, [&] { children.push_back(expression()); });
    if (failed()) return nothing;
    const NodeId made = make(NodeKind::member_call, at, std::move(children));
    expand_member(ast_, made, fault_);
    return made;
  }

  // What stands between brackets, with commas between.
  template <typename Item>
  void items(std::string_view closing, const Token& opened, Item&& item) {
    while (!failed() && !token_.is(closing)) {
      item();
      if (failed() || !accept(",")) break;
      if (closing == ")" && token_.is(closing)) fail("an argument is missing here");
    }
    if (!failed()) expect(closing, opened);
  }

  NodeId primary() {
    if (token_.is("(")) return parenthesis();
    if (token_.is("[")) return list();
    if (token_.is("{")) return map();
    if (token_.is(".")) {  // .name means name, whatever surrounds it.
      take();
      return token_.kind == Token::Kind::name ? name() : fail("a name should follow the dot");
    }
    switch (token_.kind) {
      case Token::Kind::name: return name();
      case Token::Kind::magnitude: return integer(nullptr);
      case Token::Kind::literal: {
        const Token at = take();
        return literal(at, at.literal);
      }
      default:
        return fail(token_.kind == Token::Kind::end ? "the expression ends too early"
                                                    : "a value is missing here");
    }
  }
  NodeId parenthesis() {
    const Token at = take();
    const NodeId inside = expression();
    expect(")", at);
    return inside;
  }
  NodeId list() {
    const Token at = take();
    std::vector<NodeId> children;
    items("]", at, [&] { children.push_back(expression()); });
    return make(NodeKind::list, at, std::move(children));
  }
  NodeId map() {
    const Token at = take();
    std::vector<NodeId> children;
    items("}", at, [&] {
      children.push_back(expression());
      if (!failed() && !accept(":")) fail("\":\" is missing here", "{\"key\": value}");
      children.push_back(expression());
    });
    return make(NodeKind::map, at, std::move(children));
  }

  NodeId name() {
    const Token at = take();
    if (at.text == "true" || at.text == "false") {
      return literal(at, Value::of_bool(at.text == "true"));
    }
    if (at.text == "null") return literal(at, Value{});
    if (token_.is("(") && !is_keyword(at.text)) return function_call(at);
    if (is_reserved(at.text)) return fail(at, "\"" + std::string(at.text) + "\" is reserved");
    return make(NodeKind::name, at);
  }
  NodeId function_call(const Token& at) {
    std::vector<NodeId> children;
    const Token opened = take();
    items(")", opened, [&] { children.push_back(expression()); });
    if (failed()) return nothing;
    const NodeId made = call(at.text, at, std::move(children));
    expand_global(ast_, made, fault_);
    return made;
  }

  Lexer lexer_;
  Fault& fault_;
  Token token_;
  std::uint32_t nesting_{0};
  Ast ast_;
};

}  // namespace

Ast parse(std::string_view source, std::deque<std::string>& texts, Fault& fault) {
  if (source.size() > text_bytes_max) {
    fault = {0, 0, "the expression is longer than 64 KiB", {}};
    return {};
  }
  return Parser(source, texts, fault).run();
}

}  // namespace weir::cel
