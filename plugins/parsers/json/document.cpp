#include "plugins/parsers/json/document.hpp"

#include <deque>
#include <string>

#include <simdjson.h>

#include <weir/error.hpp>

namespace weir::json {
namespace {

namespace dom = simdjson::dom;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// simdjson refuses integers beyond 64 bits; with an exponent they are floats to it.
std::string with_float_integers(std::string_view text) {
  constexpr std::size_t digits_of_64_bits = 19;
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') out += text[i++];
    if (i == text.size()) break;
    if (text[i] == '"') quoted = !quoted;
    if (quoted || !is_digit(text[i])) {
      out += text[i];
      continue;
    }
    const std::size_t begin = i;
    bool whole = true;
    for (; i < text.size() &&
           (is_digit(text[i]) || std::string_view("+-.eE").find(text[i]) != std::string_view::npos);
         ++i) {
      whole = whole && is_digit(text[i]);
    }
    out += text.substr(begin, i - begin);
    if (whole && i - begin >= digits_of_64_bits) out += "e0";
    --i;
  }
  return out;
}

// Bytes of the character at s, 0 where it is none.
std::size_t character_bytes(std::string_view s) {
  for (std::size_t n = 1; n <= 4 && n <= s.size(); ++n) {
    if (simdjson::validate_utf8(s.substr(0, n))) return n;
  }
  return 0;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t n = character_bytes(text);
    if (n == 0) {
      out += "\xef\xbf\xbd";
    } else {
      out += text.substr(0, n);
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return out;
}

std::string_view view_of(const dom::element& text) { return text.get_string().value_unsafe(); }

}  // namespace

struct Document::Impl {
  dom::parser parser;
  std::deque<std::string> keys;  // texts that leaves point to
  std::size_t keys_used = 0;
  std::string path;

  dom::element parse(std::string_view text) {
    dom::element root;
    std::string changed;
    simdjson::error_code error = parser.parse(text.data(), text.size()).get(root);
    if (error == simdjson::UTF8_ERROR) {
      changed = as_utf8(text);
      text = changed;
      error = parser.parse(text.data(), text.size()).get(root);
    }
    if (error == simdjson::NUMBER_ERROR) {
      changed = with_float_integers(text);
      error = parser.parse(changed).get(root);
    }
    if (error != simdjson::SUCCESS) {
      throw fail(std::string("this is no JSON: ") + simdjson::error_message(error));
    }
    return root;
  }

  std::string_view keep(const std::string& key) {
    if (keys_used == keys.size()) keys.emplace_back();
    return keys[keys_used++].assign(key);
  }

  void add(const dom::element& value, std::vector<Leaf>& leaves) {
    switch (value.type()) {
      case dom::element_type::OBJECT: return add_members(value.get_object().value_unsafe(), leaves);
      case dom::element_type::ARRAY: return add_elements(value.get_array().value_unsafe(), leaves);
      case dom::element_type::NULL_VALUE: return;
      default: break;
    }
    Leaf leaf;
    leaf.key = keep(path);
    if (value.is_string()) {
      leaf.kind = Leaf::Kind::text;
      leaf.text = view_of(value);
    } else if (value.is_bool()) {
      leaf.kind = Leaf::Kind::boolean;
      leaf.boolean = value.get_bool().value_unsafe();
    } else {
      leaf.number = value.get_double().value_unsafe();
    }
    leaves.push_back(leaf);
  }
  // Runs f with the path one name longer.
  template <typename F>
  void below(std::string_view name, F&& f) {
    const std::size_t size = path.size();
    if (size != 0) path += '_';
    path += name;
    f();
    path.resize(size);
  }
  void add_members(const dom::object& object, std::vector<Leaf>& leaves) {
    for (const dom::key_value_pair member : object) {
      below(member.key, [&] { add(member.value, leaves); });
    }
  }
  void add_elements(const dom::array& array, std::vector<Leaf>& leaves) {
    std::size_t i = 0;
    for (const dom::element element : array) {
      below(std::to_string(i++), [&] { add(element, leaves); });
    }
  }
};

Document::Document() : impl_(std::make_unique<Impl>()) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

void Document::read(std::string_view text) {
  objects_.clear();
  leaves_.clear();
  impl_->keys_used = 0;
  const dom::element root = impl_->parse(text);
  const auto add = [&](const dom::element& value) {
    if (!value.is_object()) throw fail("the JSON is neither an object nor an array of objects");
    const std::size_t begin = leaves_.size();
    impl_->add(value, leaves_);
    objects_.push_back({begin, leaves_.size()});
  };
  if (root.is_null()) return;
  if (!root.is_array()) return add(root);
  const dom::array elements = root.get_array().value_unsafe();
  for (const dom::element element : elements) add(element);
}

}  // namespace weir::json
