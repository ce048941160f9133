#include "core/cel/types.hpp"

#include <algorithm>
#include <array>

namespace weir::cel {
namespace {

bool takes_null(TypeKind kind) {
  return kind == TypeKind::null || kind == TypeKind::timestamp || kind == TypeKind::duration;
}

}  // namespace

Types::Types() {
  for (TypeId kind = 0; kind <= of(TypeKind::variable); ++kind) {
    types_.push_back({static_cast<TypeKind>(kind), of(TypeKind::dyn), of(TypeKind::dyn), 0});
  }
}

TypeId Types::add(TypeKind kind, TypeId first, TypeId second) {
  const std::uint32_t depth = std::max(types_[first].depth, types_[second].depth) + 1;
  if (depth > depth_max) return of(TypeKind::dyn);
  types_.push_back({kind, first, second, depth});
  return static_cast<TypeId>(types_.size() - 1);
}

TypeId Types::fresh() {
  types_.push_back({TypeKind::variable, static_cast<TypeId>(bound_.size()), 0, 0});
  bound_.push_back(unbound);
  return static_cast<TypeId>(types_.size() - 1);
}

TypeId Types::resolve(TypeId id, std::uint32_t depth) {
  const Type type = types_[id];
  if (depth > depth_max) return of(TypeKind::dyn);
  switch (type.kind) {
    case TypeKind::variable: return bound(id) == unbound ? id : resolve(bound(id), depth);
    case TypeKind::list: return list(resolve(type.first, depth + 1));
    case TypeKind::type: return this->type(resolve(type.first, depth + 1));
    case TypeKind::map: {
      const TypeId key = resolve(type.first, depth + 1);
      return map(key, resolve(type.second, depth + 1));
    }
    default: return id;
  }
}

bool Types::same(TypeId a, TypeId b) const {
  if (a == b) return true;
  const Type &x = types_[a], &y = types_[b];
  if (x.kind != y.kind) return false;
  if (x.kind == TypeKind::variable) return x.first == y.first;
  return same(x.first, y.first) && same(x.second, y.second);
}

bool Types::fits(TypeId from, TypeId to) {
  const std::vector<TypeId> before = bound_;
  if (unify(from, to)) return true;
  bound_ = before;
  return false;
}

bool Types::all_fit(const std::vector<TypeId>& from, const std::vector<TypeId>& to) {
  if (from.size() != to.size()) return false;
  const std::vector<TypeId> before = bound_;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (unify(from[i], to[i])) continue;
    bound_ = before;
    return false;
  }
  return true;
}

bool Types::unify(TypeId from, TypeId to) {
  if (spent()) return true;
  const TypeKind a = kind(from), b = kind(to);
  if (b == TypeKind::variable) {
    const Substitution tried = substitute(from, to);
    if (tried.valid || tried.known) return tried.valid;
  }
  if (a == TypeKind::variable) return substitute(to, from).valid;
  if (a == TypeKind::dyn || b == TypeKind::dyn) return true;
  if (a == TypeKind::null || b == TypeKind::null) return takes_null(a) && takes_null(b);
  if (a != b) return false;
  if (a == TypeKind::list) return unify(first(from), first(to));
  if (a == TypeKind::map) {
    return unify(first(from), first(to)) && unify(second(from), second(to));
  }
  return true;  // Types as values all fit.
}

// Can the type stand for the variable? known: the variable is bound already.
Types::Substitution Types::substitute(TypeId with, TypeId variable) {
  if (same(with, variable)) return {true, true};
  const TypeId now = bound(variable);
  if (now == unbound) {
    if (occurs(variable, with)) return {false, false};
    bound(variable) = with;
    return {true, false};
  }
  if (same(with, now)) return {true, true};
  if (!unify(with, now)) return {false, true};
  const TypeId general = more_general(with, now);
  if (!occurs(variable, general)) bound(variable) = general;
  return {true, true};
}

bool Types::less_specific(TypeId a, TypeId b) const {
  const auto open = [](TypeKind kind) {
    return kind == TypeKind::dyn || kind == TypeKind::variable;
  };
  if (open(kind(a))) return true;
  if (open(kind(b)) || kind(a) != kind(b)) return false;
  if (kind(a) == TypeKind::list) return less_specific(first(a), first(b));
  if (kind(a) == TypeKind::map) {
    return less_specific(first(a), first(b)) && less_specific(second(a), second(b));
  }
  return true;
}

bool Types::occurs(TypeId variable, TypeId inside) {
  if (spent()) return false;
  if (same(variable, inside)) return true;
  switch (kind(inside)) {
    case TypeKind::variable: return bound(inside) != unbound && occurs(variable, bound(inside));
    case TypeKind::list:
    case TypeKind::type: return occurs(variable, first(inside));
    case TypeKind::map: return occurs(variable, first(inside)) || occurs(variable, second(inside));
    default: return false;
  }
}

TypeId Types::join(TypeId a, TypeId b) {
  return fits(a, b) ? more_general(a, b) : of(TypeKind::dyn);
}

std::string Types::name(TypeId id) {
  static constexpr std::array<std::string_view, 14> names{
      "dyn",   "null",      "bool",     "int",  "uint", "double", "string",
      "bytes", "timestamp", "duration", "list", "map",  "type",   "dyn"};
  const TypeId known = resolve(id);
  std::string plain(names[static_cast<std::size_t>(kind(known))]);
  switch (kind(known)) {
    case TypeKind::list:
    case TypeKind::type: return plain + '(' + name(first(known)) + ')';
    case TypeKind::map: return plain + '(' + name(first(known)) + ", " + name(second(known)) + ')';
    default: return plain;
  }
}

}  // namespace weir::cel
