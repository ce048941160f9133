#pragma once

// Reads an expression: operator precedence, one function per form.
//
// Errors     Error with the byte of the expression that is wrong.

#include <set>
#include <string>
#include <string_view>

#include "plugins/common/jsonata/ast.hpp"
#include "plugins/common/jsonata/lexer.hpp"

namespace weir::jsonata {

class Parser {
 public:
  explicit Parser(std::string_view source);

  NodePtr whole();

 private:
  NodePtr expression(int binding);
  NodePtr prefix(Token t);
  NodePtr prefix_name(Token t);
  NodePtr prefix_symbol(const Token& t);
  NodePtr infix(NodePtr left, const Token& t);

  NodePtr array(std::size_t at);
  NodePtr object(std::size_t at);
  NodePtr block(std::size_t at);
  NodePtr lambda(std::size_t at);
  NodePtr negate(std::size_t at);
  NodePtr transform(std::size_t at);

  static NodePtr path(NodePtr left, NodePtr right);
  NodePtr predicate(NodePtr left, std::size_t at);
  NodePtr group(NodePtr left, std::size_t at);
  NodePtr call(NodePtr left, std::size_t at);
  NodePtr condition(NodePtr left, std::size_t at);
  NodePtr assign(NodePtr left, std::size_t at);
  NodePtr sort(NodePtr left, std::size_t at);

  void check_called(const Node& called, const Node& function);
  void advance(bool value_expected);
  bool take(std::string_view symbol, bool value_expected);
  void expect(std::string_view symbol, bool value_expected);

  Lexer lexer_;
  Token token_;  // the next one
  int levels_ = 0;
  std::set<std::string, std::less<>> bound_;                  // variables that are set somewhere
  std::vector<std::pair<std::string, std::size_t>> unknown_;  // functions that nobody has set yet
};

}  // namespace weir::jsonata
