#include "plugins/parsers/value/value.hpp"

#include "plugins/common/text/go_number.hpp"

namespace weir::value_parser {
namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";

std::string_view trimmed(std::string_view s, std::string_view set) {
  const std::size_t begin = s.find_first_not_of(set);
  return begin == std::string_view::npos ? std::string_view()
                                         : s.substr(begin, s.find_last_not_of(set) - begin + 1);
}

std::string_view last_word(std::string_view s) {
  const std::size_t blank = s.find_last_of(blanks);
  return blank == std::string_view::npos ? s : s.substr(blank + 1);
}

[[noreturn]] void refuse(std::string_view word, const char* wanted) {
  throw fail("\"" + std::string(word.substr(0, 64)) + "\" is not " + wanted +
             " (data_type says what the value is)");
}

}  // namespace

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      three = three << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      out += padding ? '=' : alphabet[(three >> (18 - 6 * k)) & 63U];
    }
  }
  return out;
}

void ValueParser::init() {
  struct Name {
    std::string_view name;
    Type type;
  };
  constexpr Name names[] = {{"", Type::integer},
                            {"int", Type::integer},
                            {"integer", Type::integer},
                            {"float", Type::number},
                            {"long", Type::number},
                            {"str", Type::text},
                            {"string", Type::text},
                            {"base64", Type::base64},
                            {"bool", Type::boolean},
                            {"boolean", Type::boolean},
                            {"auto_integer", Type::auto_integer},
                            {"auto_float", Type::auto_number}};
  if (field_name.empty()) field_name = "value";
  for (const Name& n : names) {
    if (n.name != data_type) continue;
    type_ = n.type;
    return;
  }
  throw config_error("data_type", "\"" + data_type +
                                      "\" is none of integer, float, string, base64, "
                                      "boolean, auto_integer, auto_float");
}

void ValueParser::parse(const message& m, sink& out) {
  const std::string_view text = trimmed(trimmed(m.text, {"\0", 1}), blanks);
  if (text.empty() && type_ != Type::text) return;
  // The name is empty where nobody said it: the host then knows who sent the text.
  builder& row = out.metric(m.from.raw().name == WEIR_NO_ID ? std::string_view() : m.from.name());
  if (type_ == Type::text) {
    row.field(field_name, text);
  } else if (type_ == Type::base64) {
    row.field(field_name, base64_of(m.text));
  } else {
    add(last_word(text), row);
  }
}

void ValueParser::add(std::string_view word, builder& row) const {
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  const bool whole = type_ == Type::integer || type_ == Type::auto_integer;
  if (type_ == Type::boolean) {
    if (!common::parse_go_bool(word, boolean)) refuse(word, "a boolean");
    row.field(field_name, boolean);
  } else if (whole && common::parse_go_int(word, integer) == common::GoNumber::ok) {
    row.field(field_name, integer);
  } else if (!whole && common::parse_go_float(word, number) == common::GoNumber::ok) {
    row.field(field_name, number);
  } else if (type_ == Type::auto_integer || type_ == Type::auto_number) {
    row.field(field_name, word);
  } else {
    refuse(word, whole ? "an integer" : "a number");
  }
}

}  // namespace weir::value_parser

WEIR_MODULE("value", "1.0.0", weir::value_parser::ValueParser)
