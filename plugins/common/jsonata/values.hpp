#pragma once

// The values that expressions work on: JSON's, functions, and undefined, which is no value at all.
//
// Ownership  Values share what they hold and never change it.
// Sequences  What a path yields is an array with the mark `sequence`: without items it is
//            undefined, with one item it is that item, unless keep_singleton says otherwise.
// Numbers    Whole numbers of the input stay exact as long as they are only handed on; arithmetic
//            is that of doubles.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugins/common/jsonata/limits.hpp"

namespace weir::jsonata {

class Value;
class Function;
struct Array;

using Items = std::vector<Value>;
using Members = std::map<std::string, Value, std::less<>>;
struct Object;

struct Null {};

class Value {
 public:
  using Data = std::variant<std::monostate, Null, bool, double, std::int64_t, std::uint64_t,
                            std::shared_ptr<const std::string>, std::shared_ptr<const Array>,
                            std::shared_ptr<const Object>, std::shared_ptr<const Function>>;

  Value() = default;
  explicit Value(Data data) : data_(std::move(data)) {}
  static Value text(std::string s) {
    return Value(Data(std::make_shared<const std::string>(std::move(s))));
  }
  static Value number(double v) { return Value(Data(v)); }
  static Value boolean(bool v) { return Value(Data(v)); }
  static Value null() { return Value(Data(Null{})); }

  bool defined() const { return data_.index() != 0; }
  bool is_null() const { return std::holds_alternative<Null>(data_); }
  bool is_number() const;
  // The number that it is, exactly for doubles; 0 where it is none.
  double as_number() const;
  const bool* as_boolean() const { return std::get_if<bool>(&data_); }
  const std::string* as_text() const { return held<std::string>(); }
  const Array* as_array() const { return held<Array>(); }
  const Object* as_object() const { return held<Object>(); }
  const Function* as_function() const { return held<Function>(); }
  std::shared_ptr<const Function> function() const {
    const auto* f = std::get_if<std::shared_ptr<const Function>>(&data_);
    return f != nullptr ? *f : nullptr;
  }
  const Data& data() const { return data_; }
  // How deep it is nested: 0 for what holds no other value.
  int levels() const;

 private:
  template <typename T>
  const T* held() const {
    const auto* p = std::get_if<std::shared_ptr<const T>>(&data_);
    return p != nullptr ? p->get() : nullptr;
  }
  Data data_;
};

struct ArrayMarks {
  bool sequence = false;
  bool keep_singleton = false;
  bool constructed = false;  // by [...] at the end of a path: not flattened
  bool unmade = false;       // of a function that found nothing: written as null, as Go does it
};

struct Array {
  Items items;
  ArrayMarks marks;
  int levels = 1;
};

struct Object {
  Members members;
  int levels = 1;
};

Value make_array(Budget& budget, Items items, ArrayMarks marks = {});
Value make_object(Budget& budget, Members members);
Value make_text(Budget& budget, std::string s);
inline Value make_sequence(Budget& budget, Items items) {
  return make_array(budget, std::move(items), {.sequence = true});
}

// The items of an array; of another value itself, and of undefined none.
Items items_of(const Value& v);
// Appends v, or its items where it is an array.
void append_flat(Items& to, const Value& v);
// Appends v, or what is left of it without any array around it.
void append_flat_deep(Budget& budget, Items& to, const Value& v);

// Is it true where a condition is asked for?
bool truth(Budget& budget, const Value& v);
// Undefined equals nothing, itself included.
bool equal(Budget& budget, const Value& a, const Value& b);
bool is_numbers(const Value& v);

}  // namespace weir::jsonata
