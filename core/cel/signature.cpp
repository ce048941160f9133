#include "core/cel/signature.hpp"

#include <array>

namespace weir::cel {
namespace {

class FormReader {
 public:
  FormReader(std::string_view form, Types& types) : form_(form), types_(types) {}

  [[nodiscard]] bool done() const { return form_.empty(); }
  bool accept(char c) {
    if (form_.empty() || form_[0] != c) return false;
    form_.remove_prefix(1);
    return true;
  }
  TypeId type() {
    const char c = form_[0];
    form_.remove_prefix(1);
    switch (c) {
      case '[': return types_.list(type());
      case '=': return types_.type(type());
      case '{': {
        const TypeId key = type();
        return types_.map(key, type());
      }
      case 'A': return variable(0);
      case 'B': return variable(1);
      default: return Types::of(scalar(c));
    }
  }

 private:
  static TypeKind scalar(char c) {
    switch (c) {
      case 'i': return TypeKind::integer;
      case 'u': return TypeKind::uinteger;
      case 'd': return TypeKind::floating;
      case 'b': return TypeKind::boolean;
      case 's': return TypeKind::text;
      case 'y': return TypeKind::bytes;
      case 't': return TypeKind::timestamp;
      case 'n': return TypeKind::duration;
      case 'N': return TypeKind::null;
      default: return TypeKind::dyn;
    }
  }
  TypeId variable(std::size_t i) {
    if (variables_[i] == 0) variables_[i] = types_.fresh();
    return variables_[i];
  }

  std::string_view form_;
  Types& types_;
  std::array<TypeId, 2> variables_{};  // 0 is dyn, which is none.
};

std::string joined(const std::vector<TypeId>& types, std::size_t from, Types& names) {
  std::string text;
  for (std::size_t i = from; i < types.size(); ++i) {
    text += (i == from ? "" : ", ") + names.name(types[i]);
  }
  return text;
}

bool is_word(std::string_view name) {
  const char c = name[0];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

Signature::Signature(std::string_view form, Types& types) {
  FormReader reader(form, types);
  while (!reader.accept('>')) {
    if (reader.accept('.')) {
      is_member = true;
    } else {
      arguments.push_back(reader.type());
    }
  }
  result = reader.type();
}

std::string describe_call(std::string_view name, const std::vector<TypeId>& arguments, bool member,
                          Types& types) {
  const auto argument = [&](std::size_t i) { return types.name(arguments[i]); };
  if (name == "_?_:_") return argument(0) + " ? " + argument(1) + " : " + argument(2);
  if (name == "_[_]") return argument(0) + '[' + argument(1) + ']';
  if (name == "@in") return argument(0) + " in " + argument(1);
  if (is_word(name)) {
    const std::string on = member ? argument(0) + '.' : std::string();
    return on + std::string(name) + '(' + joined(arguments, member ? 1 : 0, types) + ')';
  }
  if (arguments.size() == 1) return name[0] + argument(0);
  return argument(0) + ' ' + std::string(name) + ' ' + argument(1);
}

}  // namespace weir::cel
