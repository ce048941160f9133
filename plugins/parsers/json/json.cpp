#include "plugins/parsers/json/json.hpp"

#include <array>
#include <stdexcept>

#include "plugins/common/gjson/gjson.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::json {
namespace {

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view blanks = " \t\n\v\f\r";
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  const std::size_t begin = s.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  s = s.substr(begin, s.find_last_not_of(blanks) - begin + 1);
  if (s.starts_with(byte_order_mark)) s.remove_prefix(byte_order_mark.size());
  return s;
}

void compile(glob_list& globs, const char* option, const std::vector<std::string>& patterns) {
  const std::string why = globs.compile(patterns);
  if (!why.empty()) throw config_error(option, why);
}

}  // namespace

void JsonParser::init() {
  compile(rules_.tags, "tag_keys", tag_keys);
  compile(rules_.text_fields, "json_string_fields", string_fields);
  rules_.name_key = name_key;
  rules_.time_key = time_key;
  flat_.set_host(self);
  if (time_key.empty()) return;
  if (time_format.empty()) {
    throw config_error("json_time_format",
                       "json_time_key needs to know how its times are written: "
                       "unix, unix_ms, unix_us, unix_ns or a layout such as "
                       "\"2006-01-02T15:04:05Z07:00\"");
  }
  try {
    rules_.time.emplace(time_format, timezone);
  } catch (const std::invalid_argument& x) {
    throw config_error("json_timezone", x.what());
  }
}

void JsonParser::parse(const message& m, sink& out) {
  std::string_view text = m.text;
  std::optional<std::string> selected;
  if (!query.empty()) {
    selected = common::gjson_get(text, query);
    if (!selected || *selected == "null") return;
    text = *selected;
    if (text[0] != '{' && text[0] != '[') {
      throw fail("json_query has to lead to an object or an array of objects, not to " +
                 selected->substr(0, 64));
    }
  }
  text = trimmed(text);
  if (!text.empty() && !flat_.read(text, m.from, out)) parse_document(text, m, out);
}

void JsonParser::parse_document(std::string_view text, const message& m, sink& out) {
  document_.read(text);
  check_times(m.from.time_ns());
  for (std::size_t i = 0; i < document_.objects().size(); ++i) {
    const Object& o = document_.objects()[i];
    if (!skipped_[i]) emit(o, name_of(o, m), times_ns_[i], out);
  }
}

// Before the first metric is made: a bad object may spoil them all.
void JsonParser::check_times(std::int64_t now_ns) {
  const std::size_t n = document_.objects().size();
  times_ns_.assign(n, now_ns);
  skipped_.assign(n, false);
  if (!rules_.time) return;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string why = object_time(document_.objects()[i], *rules_.time, now_ns, times_ns_[i]);
    if (why.empty()) continue;
    if (strict || n == 1) throw fail("the timestamp in \"" + time_key + "\": " + why);
    skipped_[i] = true;
  }
}

std::string JsonParser::object_time(const Object& o, const common::TimestampFormat& format,
                                    std::int64_t now_ns, std::int64_t& ns) const {
  const Leaf* leaf = find(o, time_key);
  if (leaf == nullptr) return "it is missing";
  switch (leaf->kind) {
    case Leaf::Kind::number: return format.read(leaf->number, ns);
    case Leaf::Kind::text: return format.read(leaf->text, now_ns, ns);
    default: return "a boolean is no timestamp";
  }
}

// The last value of a key.
const Leaf* JsonParser::find(const Object& o, std::string_view key) const {
  for (std::size_t i = o.end; i > o.begin; --i) {
    if (document_.leaf(i - 1)->key == key) return document_.leaf(i - 1);
  }
  return nullptr;
}

// Empty where the text does not say: the host then knows who sent it.
std::string_view JsonParser::name_of(const Object& o, const message& m) const {
  if (!name_key.empty()) {
    const Leaf* leaf = find(o, name_key);
    if (leaf != nullptr && leaf->kind == Leaf::Kind::text) return leaf->text;
  }
  return m.from.raw().name == WEIR_NO_ID ? std::string_view() : m.from.name();
}

void JsonParser::put_number(builder& row, const Leaf& leaf, Role role) {
  if (!role.tag) {
    row.field(leaf.key, leaf.number);
    return;
  }
  std::array<char, common::fixed_bytes> digits{};
  const char* const end = common::print_fixed(digits.data(), leaf.number);
  row.tag(leaf.key, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void JsonParser::put_text(builder& row, const Leaf& leaf, Role role) {
  if (role.tag) {
    row.tag(leaf.key, leaf.text);
  } else if (role.text_field) {
    row.field(leaf.key, leaf.text);
  }
}

void JsonParser::put_boolean(builder& row, const Leaf& leaf, Role role) {
  if (role.tag) {
    row.tag(leaf.key, leaf.boolean ? "true" : "false");
  } else if (role.text_field) {
    row.field(leaf.key, leaf.boolean);
  }
}

void JsonParser::emit(const Object& o, std::string_view name, std::int64_t time_ns, sink& out) {
  builder& row = out.metric(name, time_ns);
  for (std::size_t i = o.begin; i < o.end; ++i) {
    const Leaf& leaf = *document_.leaf(i);
    if (rules_.time && leaf.key == time_key) continue;
    const Role role = role_of(leaf.key);
    switch (leaf.kind) {
      case Leaf::Kind::number: put_number(row, leaf, role); break;
      case Leaf::Kind::text: put_text(row, leaf, role); break;
      case Leaf::Kind::boolean: put_boolean(row, leaf, role); break;
    }
  }
}

Role JsonParser::role_of(std::string_view key) {
  const auto known = roles_.find(key);
  if (known != roles_.end()) return known->second;
  if (roles_.size() == roles_max) roles_.clear();
  const Role role = rules_.role_of(key);
  roles_.emplace(key, role);
  return role;
}

}  // namespace weir::json

WEIR_MODULE("json", "1.0.0", weir::json::JsonParser)
