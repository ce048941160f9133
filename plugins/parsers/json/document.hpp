#pragma once

// A JSON text as flat values: {"a":{"b":[1,"x"]}} is a_b_0 = 1, a_b_1 = "x".
//
// Ownership  The views of a Leaf are valid until the next read().
// Threads    One thread.
// Errors     read() throws weir::fail with what is wrong.
// Limits     levels_max levels. Numbers are doubles, whatever their size; of a number beyond their
//            range the text is broken. Bytes that are no UTF-8 become U+FFFD, as in Go.

#include <memory>
#include <string_view>
#include <vector>

namespace weir::json {

constexpr std::size_t levels_max = 1024;

struct Leaf {
  enum class Kind : unsigned char { number, text, boolean };
  std::string_view key;
  Kind kind = Kind::number;
  bool boolean = false;
  double number = 0;
  std::string_view text;
};

// The values of one object: leaves[begin, end).
struct Object {
  std::size_t begin = 0, end = 0;
};

class Document {
 public:
  Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  // text: an object, an array of objects, or null.
  void read(std::string_view text);
  const std::vector<Object>& objects() const { return objects_; }
  const Leaf* leaf(std::size_t i) const { return &leaves_[i]; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::vector<Object> objects_;
  std::vector<Leaf> leaves_;
};

}  // namespace weir::json
