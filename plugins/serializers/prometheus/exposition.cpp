#include "plugins/serializers/prometheus/exposition.hpp"

#include <cmath>
#include <limits>

#include "plugins/common/prometheus/names.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::prometheus_text {
namespace {

using common::is_legacy_name;
using common::NameKind;

constexpr std::string_view kind_names[] = {"untyped", "counter", "gauge", "histogram", "summary"};

void put_number(double v, text& out) {
  char* const to = out.reserve(common::fixed_bytes);
  out.advance(static_cast<std::size_t>(common::print_general(to, v == 0 ? 0 : v) - to));
}

// Escapes backslashes, line feeds and quotes.
void put_escaped(std::string_view s, text& out) {
  for (const char c : s) {
    if (c == '\n') {
      out.append("\\n");
      continue;
    }
    if (c == '\\' || c == '"') out.push('\\');
    out.push(c);
  }
}

void put_quoted(std::string_view s, text& out) {
  out.push('"');
  put_escaped(s, out);
  out.push('"');
}

void put_name(std::string_view name, NameKind kind, text& out) {
  if (is_legacy_name(name, kind)) {
    out.append(name);
  } else {
    put_quoted(name, out);
  }
}

// One line: name, labels, one label more where it has a name, value, perhaps the time.
class Lines {
 public:
  Lines(const Format& format, text& out) : format_(format), out_(out) {}

  void put(const std::string& name, const Sample& s, double value) { line(name, s, {}, 0, value); }
  void put(const std::string& name, const Sample& s, std::string_view label, Point p) {
    line(name, s, label, p.at, p.value);
  }

 private:
  void line(const std::string& name, const Sample& s, std::string_view label, double at,
            double value) {
    const bool quoted = !is_legacy_name(name, NameKind::metric);
    char before = '{';
    if (quoted) next(before);
    put_name(name, NameKind::metric, out_);
    for (const auto& [key, text] : s.labels) {
      next(before);
      put_name(key, NameKind::label, out_);
      out_.push('=');
      put_quoted(text, out_);
    }
    if (!label.empty()) {
      next(before);
      out_.append(label);
      out_.append("=\"");
      put_number(at, out_);
      out_.push('"');
    }
    if (before == ',') out_.push('}');
    out_.push(' ');
    put_number(value, out_);
    if (format_.timestamps) put_time(s.time_ns);
    out_.push('\n');
  }
  void next(char& before) {
    out_.push(before);
    before = ',';
  }
  void put_time(std::int64_t time_ns) {
    out_.push(' ');
    char* const to = out_.reserve(common::number_bytes);
    out_.advance(static_cast<std::size_t>(common::print_i64(to, time_ns / 1'000'000) - to));
  }
  const Format& format_;
  text& out_;
};

void put_histogram(const std::string& name, const Sample& s, Lines& lines) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  bool last_seen = false;
  for (const Point& p : s.points) {
    lines.put(name + "_bucket", s, "le", p);
    last_seen = last_seen || p.at == infinity;
  }
  if (!last_seen) lines.put(name + "_bucket", s, "le", {infinity, s.count});
  lines.put(name + "_sum", s, s.sum);
  lines.put(name + "_count", s, s.count);
}

void put_summary(const std::string& name, const Sample& s, Lines& lines) {
  for (const Point& p : s.points) lines.put(name, s, "quantile", p);
  lines.put(name + "_sum", s, s.sum);
  lines.put(name + "_count", s, s.count);
}

void put_header(std::string_view what, const std::string& name, std::string_view rest, text& out) {
  out.append("# ");
  out.append(what);
  out.push(' ');
  put_name(name, NameKind::metric, out);
  out.push(' ');
  out.append(rest);
  out.push('\n');
}

}  // namespace

void put_family(const Family& family, const Format& format, text& out) {
  if (family.samples.empty()) return;
  if (format.help) put_header("HELP", family.name, "Telegraf collected metric", out);
  put_header("TYPE", family.name, kind_names[family.kind], out);
  Lines lines(format, out);
  for (const Sample& s : family.samples) {
    if (family.kind == WEIR_HISTOGRAM) {
      put_histogram(family.name, s, lines);
    } else if (family.kind == WEIR_SUMMARY) {
      put_summary(family.name, s, lines);
    } else {
      lines.put(family.name, s, s.value);
    }
  }
}

}  // namespace weir::prometheus_text
