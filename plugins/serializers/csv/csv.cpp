#include "plugins/serializers/csv/csv.hpp"

#include <algorithm>
#include <cmath>

#include "plugins/common/text/letters.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::csv_lines {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::int64_t unit_of(std::string_view format) {
  if (format == "unix") return second_ns;
  if (format == "unix_ms") return 1'000'000;
  if (format == "unix_us") return 1'000;
  return format == "unix_ns" ? 1 : 0;
}

std::int64_t seconds_of(std::int64_t ns) { return ns / second_ns - (ns % second_ns < 0 ? 1 : 0); }

// Print writes at most fixed_bytes.
template <typename Print, typename T>
void put_number(Print&& print, T v, text& out) {
  char* const to = out.reserve(common::fixed_bytes);
  out.advance(static_cast<std::size_t>(print(to, v) - to));
}

std::string with_underscores(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace

// ---- options ----

void CsvSerializer::init() {
  if (separator.empty()) separator = ",";
  const bool usable = separator.size() == 1 && separator != "\"" && separator != "\n" &&
                      separator != "\r" && static_cast<unsigned char>(separator[0]) < 0x80;
  if (!usable) {
    throw config_error("csv_separator", "\"" + separator +
                                            "\" is not a single ASCII character other than a quote "
                                            "or a line break");
  }
  separator_ = separator[0];
  header_due_ = header;
  for (const std::string& name : columns) columns_.push_back(column_of(name));
  if (timestamp_format.empty()) timestamp_format = "unix";
  unit_ns_ = unit_of(timestamp_format);
  if (unit_ns_ != 0) return;
  layout_ = common::GoLayout(timestamp_format);
  layout_.format(0, 0, utc_, known_);
  if (known_ == timestamp_format) {
    throw config_error("csv_timestamp_format",
                       "\"" + timestamp_format +
                           "\" names no part of a time; use unix, unix_ms, unix_us, unix_ns or a "
                           "layout such as \"2006-01-02T15:04:05Z07:00\"");
  }
}

CsvSerializer::Column CsvSerializer::column_of(const std::string& name) {
  if (name == "timestamp") return {What::time, name};
  if (name == "name") return {What::name, name};
  if (name.starts_with("tag.")) return {What::tag, name.substr(4)};
  if (name.starts_with("field.")) return {What::field, name.substr(6)};
  throw config_error("csv_columns",
                     "\"" + name + "\" is none of timestamp, name, tag.KEY and field.KEY");
}

// ---- lines ----

void CsvSerializer::serialize(const row& r, text& out) {
  if (header_due_) put_header(r, out);
  header_due_ = false;
  if (columns_.empty()) {
    put_all(r, out);
  } else {
    put_columns(r, out);
  }
  out.push('\n');
}

// Without csv_columns the columns are those of the first metric.
void CsvSerializer::put_header(const row& r, text& out) {
  std::vector<std::string> names;
  names.reserve(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    names.push_back(column_prefix ? with_underscores(columns[i]) : columns_[i].key);
  }
  if (columns_.empty()) {
    names = {"timestamp", "measurement"};
    for (const auto& t : r.tags()) {
      names.push_back((column_prefix ? "tag_" : "") + std::string(t.key));
    }
    for (const weir_field* f : sorted(r)) {
      names.push_back((column_prefix ? "field_" : "") + std::string(r.home().str(f->key)));
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) put_separator(out);
    put_text(names[i], out);
  }
  out.push('\n');
}

void CsvSerializer::put_all(const row& r, text& out) {
  put_time(r.time_ns(), out);
  put_separator(out);
  put_text(r.name(), out);
  for (const auto& t : r.tags()) {
    put_separator(out);
    put_text(t.value, out);
  }
  for (const weir_field* f : sorted(r)) {
    put_separator(out);
    put_value(r.home(), *f, out);
  }
}

void CsvSerializer::put_columns(const row& r, text& out) {
  bool first = true;
  for (const Column& c : columns_) {
    if (!first) put_separator(out);
    first = false;
    if (c.what == What::time) put_time(r.time_ns(), out);
    if (c.what == What::name) put_text(r.name(), out);
    if (c.what == What::tag) put_text(r.tag(c.key), out);
    if (c.what != What::field) continue;
    const weir_field* f = r.find_field(c.key);
    if (f != nullptr) put_value(r.home(), *f, out);
  }
}

const std::vector<const weir_field*>& CsvSerializer::sorted(const row& r) {
  const block& home = r.home();
  const weir_field* const first = home.fields() + r.raw().field0;
  sorted_.clear();
  for (std::uint16_t i = 0; i < r.raw().n_field; ++i) sorted_.push_back(first + i);
  std::sort(sorted_.begin(), sorted_.end(), [&](const weir_field* a, const weir_field* b) {
    return home.str(a->key) < home.str(b->key);
  });
  return sorted_;
}

// ---- values ----

// Metrics that follow each other often have one time.
void CsvSerializer::put_time(std::int64_t ns, text& out) {
  if (unit_ns_ != 0) {
    put_number(common::print_i64, unit_ns_ == second_ns ? seconds_of(ns) : ns / unit_ns_, out);
    return;
  }
  if (known_ns_ != ns) {
    const std::int64_t seconds = seconds_of(ns);
    known_.clear();
    layout_.format(seconds, static_cast<std::int32_t>(ns - seconds * second_ns), utc_, known_);
    known_ns_ = ns;
  }
  put_text(known_, out);
}

void CsvSerializer::put_value(const block& home, const weir_field& f, text& out) {
  switch (f.type) {
    case WEIR_I64: put_number(common::print_i64, f.v.i, out); break;
    case WEIR_U64: put_number(common::print_u64, f.v.u, out); break;
    case WEIR_F64:
      if (std::isfinite(f.v.f)) {
        put_number(common::print_fixed, f.v.f, out);
      } else {
        put_number(common::print_general, f.v.f, out);
      }
      break;
    case WEIR_BOOL: put_text(f.v.u != 0 ? "true" : "false", out); break;
    default: put_text(home.text(f.v.str), out);
  }
}

// As Go's encoding/csv quotes.
bool CsvSerializer::needs_quotes(std::string_view s) const {
  if (s.empty()) return false;
  if (s == "\\.") return true;
  const auto needs = [this](char c) {
    return c == separator_ || c == '"' || c == '\n' || c == '\r';
  };
  return std::any_of(s.begin(), s.end(), needs) || common::trim_space_left(s).size() != s.size();
}

void CsvSerializer::put_text(std::string_view s, text& out) const {
  if (!needs_quotes(s)) return out.append(s);
  out.push('"');
  for (std::size_t quote = s.find('"'); quote != std::string_view::npos; quote = s.find('"')) {
    out.append(s.substr(0, quote + 1));
    out.push('"');
    s.remove_prefix(quote + 1);
  }
  out.append(s);
  out.push('"');
}

}  // namespace weir::csv_lines

WEIR_MODULE("csv", "1.0.0", weir::csv_lines::CsvSerializer)
