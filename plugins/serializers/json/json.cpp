#include "plugins/serializers/json/json.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "plugins/common/text/json_string.hpp"
#include "plugins/common/text/print_number.hpp"
#include "plugins/serializers/json/nested.hpp"

namespace weir::json_lines {
namespace {

void put_string(std::string_view s, text& out) {
  char* const to = out.reserve(common::json_string_bytes(s.size()));
  out.advance(static_cast<std::size_t>(common::put_json_string(to, s) - to));
}

// Print writes at most fixed_bytes.
template <typename Print, typename T>
void put_number(Print&& print, T v, text& out) {
  char* const to = out.reserve(common::fixed_bytes);
  out.advance(static_cast<std::size_t>(print(to, v) - to));
}

void compile(glob_list& globs, const char* option, const std::vector<std::string>& patterns) {
  const std::string why = globs.compile(patterns);
  if (!why.empty()) throw config_error(option, why);
}

std::string broken(std::string_view expression, const jsonata::Error& x) {
  return jsonata::place_of(expression, x.at) + ": " + x.what();
}

std::unique_ptr<const jsonata::Jsonata> compiled(const std::string& expression) {
  if (expression.empty()) return nullptr;
  try {
    return std::make_unique<const jsonata::Jsonata>(expression);
  } catch (const jsonata::Error& x) {
    throw config_error("json_transformation", broken(expression, x));
  }
}

}  // namespace

void JsonSerializer::init() {
  transformation_ = compiled(transformation);
  unit_ns_ = 1;
  const std::int64_t wanted = timestamp_units.ns > 0 ? timestamp_units.ns : 1'000'000'000;
  while (unit_ns_ <= wanted / 10) unit_ns_ *= 10;
  if (!timestamp_format.empty()) layout_.emplace(timestamp_format);
  compile(include_, "json_nested_fields_include", nested_include);
  compile(exclude_, "json_nested_fields_exclude", nested_exclude);
  nested_ = !nested_include.empty() || !nested_exclude.empty();
}

void JsonSerializer::serialize(const row& r, text& out) {
  const std::uint64_t begin = out.size();
  put_row(r, out);
  finish(begin, out);
}

void JsonSerializer::serialize_document(const batch& rows, text& out) {
  const std::uint64_t begin = out.size();
  out.append(R"({"metrics":[)");
  bool first = true;
  for (const row r : rows) {
    if (!first) out.push(',');
    first = false;
    put_row(r, out);
  }
  out.append("]}");
  finish(begin, out);
}

// Puts what the transformation makes of the JSON from `begin` on in its place.
void JsonSerializer::finish(std::uint64_t begin, text& out) {
  if (transformation_ != nullptr) {
    transform(out.view().substr(begin));
    out.cut(begin);
    out.append(transformed_);
  }
  out.push('\n');
}

void JsonSerializer::transform(std::string_view json) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  transformed_.clear();
  bool found = false;
  try {
    found = transformation_->evaluate(json, now_ms, transformed_);
  } catch (const jsonata::Error& x) {
    throw fail("json_transformation, " + broken(transformation, x));
  }
  if (!found) {
    throw fail(
        "json_transformation finds nothing (is it for one metric, or for {\"metrics\": "
        "[...]}, as use_batch_format says?)");
  }
}

// Keys in the order of their text, as Go sorts them.
void JsonSerializer::put_row(const row& r, text& out) {
  out.append(R"({"fields":{)");
  put_fields(r, out);
  out.append(R"(},"name":)");
  put_string(r.name(), out);
  out.append(R"(,"tags":{)");
  bool first = true;
  for (const auto& t : r.tags()) {
    if (!first) out.push(',');
    first = false;
    put_string(t.key, out);
    out.push(':');
    put_string(t.value, out);
  }
  out.append(R"(},"timestamp":)");
  put_timestamp(r.time_ns(), out);
  out.push('}');
}

void JsonSerializer::put_fields(const row& r, text& out) {
  const block& home = r.home();
  const weir_field* const fields = home.fields() + r.raw().field0;
  sorted_.clear();
  for (std::uint16_t i = 0; i < r.raw().n_field; ++i) sorted_.push_back(fields + i);
  std::sort(sorted_.begin(), sorted_.end(), [&](const weir_field* a, const weir_field* b) {
    return home.str(a->key) < home.str(b->key);
  });
  bool first = true;
  for (const weir_field* f : sorted_) {
    const std::uint64_t before = out.size();
    if (!first) out.push(',');
    const std::string_view key = home.str(f->key);
    put_string(key, out);
    out.push(':');
    if (put_value(*f, home, key, out)) {
      first = false;
    } else {
      out.cut(before);
    }
  }
}

// False where JSON cannot hold the value.
bool JsonSerializer::put_value(const weir_field& f, const block& home, std::string_view key,
                               text& out) {
  switch (f.type) {
    case WEIR_F64:
      if (!std::isfinite(f.v.f)) return false;
      put_number(common::print_json_float, f.v.f, out);
      return true;
    case WEIR_I64: put_number(common::print_i64, f.v.i, out); return true;
    case WEIR_U64: put_number(common::print_u64, f.v.u, out); return true;
    case WEIR_BOOL: out.append(f.v.u != 0 ? "true" : "false"); return true;
    default: put_text(key, home.text(f.v.str), out); return true;
  }
}

void JsonSerializer::put_text(std::string_view key, std::string_view value, text& out) {
  scratch_.clear();
  if (nested_ && holds_json(key) && append_nested(value, scratch_)) {
    out.append(scratch_);
  } else {
    put_string(value, out);
  }
}

bool JsonSerializer::holds_json(std::string_view key) const {
  return (include_.empty() || include_.matches(key)) && !exclude_.matches(key);
}

void JsonSerializer::put_timestamp(std::int64_t time_ns, text& out) {
  if (!layout_) {
    put_number(common::print_i64, time_ns / unit_ns_, out);
    return;
  }
  constexpr std::int64_t second_ns = 1'000'000'000;
  const std::int64_t rest_ns = (time_ns % second_ns + second_ns) % second_ns;
  scratch_.clear();
  layout_->format((time_ns - rest_ns) / second_ns, static_cast<std::int32_t>(rest_ns), time_zone(),
                  scratch_);
  put_string(scratch_, out);
}

}  // namespace weir::json_lines

WEIR_MODULE("json", "1.0.0", weir::json_lines::JsonSerializer)
