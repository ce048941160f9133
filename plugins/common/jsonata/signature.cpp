#include "plugins/common/jsonata/signature.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace weir::jsonata {
namespace {

char letter_of(const Value& v) {
  if (v.as_boolean() != nullptr) return 'b';
  if (v.is_number()) return 'n';
  if (v.as_text() != nullptr) return 's';
  if (v.is_null()) return 'l';
  if (v.as_array() != nullptr) return 'a';
  return v.as_object() != nullptr ? 'o' : 'f';
}

std::string expanded(char letter) {
  switch (letter) {
    case 'j': return "bnslao";
    case 'u': return "bnsl";
    case 'x': return "bnslaof";
    default: return std::string(1, letter);
  }
}

// The part of rest up to the bracket that closes the one it begins with; taken off rest.
std::string bracketed(std::string_view& rest, char open, char close) {
  int level = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == open) ++level;
    if (rest[i] == close && --level == 0) {
      std::string inside(rest.substr(1, i - 1));
      rest.remove_prefix(i + 1);
      return inside;
    }
  }
  throw std::invalid_argument("a bracket of the signature is not closed");
}

std::string types_of(std::string_view letters) {
  std::string types;
  for (const char c : letters) {
    if (std::string_view("bnslaofjux").find(c) == std::string_view::npos) {
      throw std::invalid_argument(std::string("the signature has an unknown type '") + c + "'");
    }
    types += expanded(c);
  }
  return types;
}

}  // namespace

Signature::Signature(std::string_view text) {
  while (!text.empty() && text[0] != ':') read(text);
}

void Signature::read(std::string_view& rest) {
  Parameter p;
  if (rest[0] == '(') {
    p.types = types_of(bracketed(rest, '(', ')'));
  } else {
    p.types = types_of(rest.substr(0, 1));
    rest.remove_prefix(1);
  }
  if (!rest.empty() && rest[0] == '<') {
    const std::string content = bracketed(rest, '<', '>');
    if (p.types != "a" && p.types != "f") {
      throw std::invalid_argument("only arrays and functions have a type in <> in a signature");
    }
    // Of functions and of arrays of arrays the content is not looked at.
    if (p.types == "a") p.content = types_of(std::string_view(content).substr(0, 1));
  }
  if (!rest.empty() && std::string_view("-?+").find(rest[0]) != std::string_view::npos) {
    p.mark = rest[0];
    rest.remove_prefix(1);
  }
  parameters_.push_back(std::move(p));
}

std::size_t Signature::arguments_max() const {
  const bool more = !parameters_.empty() && parameters_.back().mark == '+';
  return more ? std::numeric_limits<std::size_t>::max() : parameters_.size();
}

std::size_t Signature::required_behind(std::size_t parameter) const {
  std::size_t n = 0;
  for (std::size_t i = parameter + 1; i < parameters_.size(); ++i) {
    n += parameters_[i].mark == 0 || parameters_[i].mark == '+' ? 1 : 0;
  }
  return n;
}

bool Signature::matches(const Parameter& p, const Value& v) const {
  if (!v.defined()) return true;
  const bool array = p.types.find('a') != std::string::npos;
  const char letter = letter_of(v);
  if (!p.content.empty()) {
    const Items items = items_of(v);
    return std::all_of(items.begin(), items.end(), [&](const Value& item) {
      return p.content.find(letter_of(item)) != std::string::npos;
    });
  }
  return array || p.types.find(letter) != std::string::npos;
}

bool Signature::takes(std::size_t parameter, const Items& args, std::size_t next) const {
  const Parameter& p = parameters_[parameter];
  if (next == args.size() || !matches(p, args[next])) return false;
  // Where an argument is asked for, an undefined one will not do, except as the first.
  return args[next].defined() || parameter == 0 || p.mark != 0 || p.types == expanded('x');
}

bool Signature::takes_context(std::size_t parameter, const Items& args, std::size_t next,
                              const Value& input) const {
  const Parameter& p = parameters_[parameter];
  const bool needed =
      !takes(parameter, args, next) || args.size() - next <= required_behind(parameter);
  return p.mark == '-' && needed && matches(p, input);
}

void Signature::accept(std::string_view function, Items& args, const Value& input,
                       Budget& budget) const {
  Items out;
  std::size_t next = 0;
  bool good = true;
  for (std::size_t i = 0; good && i < parameters_.size(); ++i) {
    const Parameter& p = parameters_[i];
    if (takes_context(i, args, next, input)) {
      out.push_back(input);
    } else if (takes(i, args, next)) {
      out.push_back(args[next++]);
    } else {
      good = p.mark == '?' && next == args.size();
      continue;
    }
    const bool wrap = p.types == "a" && out.back().defined() && out.back().as_array() == nullptr;
    if (wrap) out.back() = make_array(budget, {out.back()});
    if (p.mark == '+' && next < args.size()) --i;
  }
  if (!good || next < args.size()) {
    budget.fail("argument " + std::to_string(next + 1) + " of " +
                (function.empty() ? "a function" : "$" + std::string(function)) +
                " is missing, too many or of a wrong type");
  }
  args = std::move(out);
}

}  // namespace weir::jsonata
