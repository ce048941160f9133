#pragma once

// The types that the check before evaluation knows, and how they fit together.
//
// A type is dyn where only the evaluation will tell. Types of lists and maps have parameters; a parameter that is
// not known yet is a variable, which is bound to the first type that it meets and made more general where
// that is possible.
//
// Limits  Types nested deeper than depth_max are dyn; after work_max steps everything fits. Neither makes an
//         evaluation unsafe, which looks at values and not at types.
// Source  Common Expression Language, "Language Definition" (cel-spec, doc/langdef.md), "Gradual Type Checking".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cel {

using TypeId = std::uint32_t;

enum class TypeKind : std::uint8_t {
  dyn,
  null,
  boolean,
  integer,
  uinteger,
  floating,
  text,
  bytes,
  timestamp,
  duration,
  list,
  map,
  type,
  variable
};

class Types {
 public:
  Types();

  // A type without parameters is its kind.
  static constexpr TypeId of(TypeKind kind) { return static_cast<TypeId>(kind); }
  TypeId list(TypeId item) { return add(TypeKind::list, item, of(TypeKind::dyn)); }
  TypeId map(TypeId key, TypeId value) { return add(TypeKind::map, key, value); }
  TypeId type(TypeId named) { return add(TypeKind::type, named, of(TypeKind::dyn)); }
  TypeId fresh();

  // With its variables replaced by what they are bound to.
  TypeId resolve(TypeId id) { return resolve(id, 0); }
  [[nodiscard]] TypeKind kind(TypeId id) const { return types_[id].kind; }
  // Of a list or map: the type of what it is iterated by, and of what it holds.
  [[nodiscard]] TypeId first(TypeId id) const { return types_[id].first; }
  [[nodiscard]] TypeId second(TypeId id) const { return types_[id].second; }

  // Binds variables where the one fits the other; else nothing changes.
  bool fits(TypeId from, TypeId to);
  bool all_fit(const std::vector<TypeId>& from, const std::vector<TypeId>& to);
  // What both fit into; dyn where there is nothing else.
  TypeId join(TypeId a, TypeId b);
  [[nodiscard]] bool same(TypeId a, TypeId b) const;

  // "map(string, int)"
  [[nodiscard]] std::string name(TypeId id);

 private:
  struct Type {
    TypeKind kind;
    TypeId first, second;  // Of a variable, first is its number.
    std::uint32_t depth;
  };
  struct Substitution {
    bool valid, known;
  };
  TypeId add(TypeKind kind, TypeId first, TypeId second);
  TypeId resolve(TypeId id, std::uint32_t depth);
  bool unify(TypeId from, TypeId to);
  Substitution substitute(TypeId with, TypeId variable);
  [[nodiscard]] bool less_specific(TypeId a, TypeId b) const;
  [[nodiscard]] TypeId more_general(TypeId a, TypeId b) const {
    return less_specific(a, b) ? a : b;
  }
  [[nodiscard]] bool occurs(TypeId variable, TypeId inside);
  [[nodiscard]] bool spent() { return ++work_ > work_max; }
  [[nodiscard]] TypeId& bound(TypeId variable) { return bound_[types_[variable].first]; }
  [[nodiscard]] TypeId bound(TypeId variable) const { return bound_[types_[variable].first]; }

  static constexpr TypeId unbound = 0xffffffffU;
  static constexpr std::uint32_t depth_max = 8;
  static constexpr std::uint64_t work_max = 1'000'000;
  std::vector<Type> types_;
  std::vector<TypeId> bound_;  // By the number of a variable.
  std::uint64_t work_{0};
};

}  // namespace weir::cel
