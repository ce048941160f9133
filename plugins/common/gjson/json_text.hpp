#pragma once

// JSON as text: where its values begin and end, and what its strings say.
//
// Lenient    Values are found by their brackets and quotes; whether they are well-formed is not
//            looked at. What is behind the end of broken JSON is no value.
// Ownership  Views point into the text.

#include <string>
#include <string_view>

namespace weir::common {

// Without the blanks, tabs and line ends at its begin.
std::string_view skip_blanks(std::string_view json);
// The value at the begin of json, which is not blank; empty where there is none.
std::string_view first_value(std::string_view json);
bool is_blank(char c);

// Iterates over the members of an object or the elements of an array.
class JsonItems {
 public:
  // value: an object or array; of another value there is no item.
  explicit JsonItems(std::string_view value);
  // False at the end. key is empty for elements; it is as written, with its quotes.
  bool next(std::string_view& key, std::string_view& value);
  bool is_object() const { return object_; }

 private:
  bool take(char c);
  std::string_view rest_;
  bool object_ = false;
};

// What a string with its quotes says. Broken escapes stay as they are.
std::string string_text(std::string_view quoted);
// The same as JSON again.
void append_quoted(std::string_view text, std::string& json);

}  // namespace weir::common
