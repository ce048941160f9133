#include "plugins/inputs/statsd/line_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "plugins/common/text/go_number.hpp"

namespace weir::statsd {
namespace {

constexpr std::size_t excerpt_bytes = 128;
constexpr std::uint64_t times_max = 1'000'000'000;   // one timing stands for at most so many
constexpr double int64_end = 9223372036854775808.0;  // 2^63

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trim(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return line;
}

// Most values are a few digits.
bool read_digits(std::string_view text, std::int64_t& value) {
  if (text.empty() || text.size() > 18) return false;
  std::int64_t v = 0;
  for (const char c : text) {
    const auto digit = static_cast<unsigned char>(c - '0');
    if (digit > 9) return false;
    v = v * 10 + digit;
  }
  value = v;
  return true;
}

bool read_float(std::string_view text, double& value) {
  std::int64_t whole = 0;
  if (text.size() < 16 && read_digits(text, whole)) {  // exact in a double
    value = static_cast<double>(whole);
    return true;
  }
  return common::parse_go_float(text, value) == common::GoNumber::ok;
}

// Towards zero; false where the type cannot hold it.
bool truncate(double v, std::int64_t& whole) {
  const bool fits = v >= -int64_end && v < int64_end;
  if (fits) whole = static_cast<std::int64_t>(v);
  return fits;
}

bool type_of(std::string_view text, Type& type) {
  if (text == "ms") return type = Type::timing, true;
  constexpr std::string_view letters = "gcs.hd";  // in the order of Type
  const std::size_t at = text.size() == 1 && text[0] != '.' ? letters.find(text[0]) : letters.npos;
  if (at == letters.npos) return false;
  type = static_cast<Type>(at);
  return true;
}

// "@0.1"; 0 where there is none that can be read: the value then stands for itself.
double rate_of(std::string_view text) {
  double rate = 0;
  const bool is_rate = text.size() > 1 && text.find('@') != std::string_view::npos;
  return is_rate && read_float(text.substr(1), rate) ? rate : 0;
}

// Whether a part of a line, from its begin, is Datadog's tags or container.
bool is_extra(std::string_view part) { return part.starts_with('#') || part.starts_with("c:"); }

}  // namespace

void Problems::add(const char* why, std::string_view line) {
  if (count++ != 0) return;
  reason = why;
  excerpt = line.substr(0, excerpt_bytes);
}

void LineReader::read(std::string_view message, const Arrival& from) {
  while (!message.empty()) {
    const auto* const end = static_cast<const char*>(memchr(message.data(), '\n', message.size()));
    const std::size_t n =
        end == nullptr ? message.size() : static_cast<std::size_t>(end - message.data());
    const std::string_view line = trim(message.substr(0, n));
    if (!line.empty()) read_line(line, from);
    message.remove_prefix(std::min(n + 1, message.size()));
  }
}

void LineReader::read_line(std::string_view line, const Arrival& from) {
  if (!settings_.datadog || line.front() != '_') return read_metric(line);
  const char* wrong = nullptr;
  if (line.starts_with("_e{")) {
    wrong = datadog_.add_event(line, from, rows_);
  } else if (line.starts_with("_sc|")) {
    wrong = datadog_.add_service_check(line, from, rows_);
  } else {
    return read_metric(line);
  }
  if (wrong != nullptr) problems_.add(wrong, line);
}

void LineReader::read_metric(std::string_view line) {
  extra_ = {};
  const std::string_view text = settings_.datadog ? without_extra(line) : line;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return problems_.add("a line has no \":\" behind the name", line);
  }
  const std::string_view bucket = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  for (bool more = true; more;) {
    const std::size_t end = rest.find(':');
    more = end != std::string_view::npos;
    if (const char* wrong = add_value(bucket, rest.substr(0, end))) {
      return problems_.add(wrong, line);
    }
    if (more) rest.remove_prefix(end + 1);
  }
}

// Takes tags and container out of the line. They mostly are its end, and need no copy then.
std::string_view LineReader::without_extra(std::string_view line) {
  std::size_t at = 0;
  while (!is_extra(line.substr(at))) {
    const std::size_t bar = line.find('|', at);
    if (bar == std::string_view::npos) return line;
    at = bar + 1;
  }
  std::string_view rest = line.substr(at);
  const std::string_view before = line.substr(0, at == 0 ? 0 : at - 1);
  while (!rest.empty()) {
    const std::size_t bar = rest.find('|');
    const std::string_view part = rest.substr(0, bar);
    const bool wanted = part.starts_with('#') || settings_.keep_container;
    if (!is_extra(part) || (wanted && !extra_.empty())) return cut_out_extra(line, before);
    if (wanted) extra_ = part;
    rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
  }
  return before;
}

// The same for any line. before: what stands in front of the first part that is to go.
std::string_view LineReader::cut_out_extra(std::string_view line, std::string_view before) {
  line_text_.assign(before);
  extra_text_.clear();
  bool begun = !before.empty();
  line.remove_prefix(begun ? before.size() + 1 : 0);
  for (bool more = true; more;) {
    const std::size_t end = line.find('|');
    const std::string_view part = line.substr(0, end);
    if (!is_extra(part)) {
      if (begun) line_text_ += '|';
      line_text_ += part;
      begun = true;
    } else if (part.front() == '#' || settings_.keep_container) {
      if (!extra_text_.empty()) extra_text_ += '|';
      extra_text_ += part;
    }
    more = end != std::string_view::npos;
    if (more) line.remove_prefix(end + 1);
  }
  extra_ = extra_text_;
  return line_text_;
}

// text: "value|type" or "value|type|@rate"; what stands behind that is left out, as in Telegraf.
const char* LineReader::add_value(std::string_view bucket, std::string_view text) {
  const std::size_t bar = text.find('|');
  if (bar == std::string_view::npos) return "a value has no \"|\" behind it";
  const std::string_view value = text.substr(0, bar);
  std::string_view rest = text.substr(bar + 1);
  const std::size_t type_end = rest.find('|');
  Sample sample;
  if (!type_of(rest.substr(0, type_end), sample.type)) {
    return "a type is not known: use g, c, s, ms, h or d";
  }
  double rate = 0;
  if (type_end != std::string_view::npos) {
    rest.remove_prefix(type_end + 1);
    rate = rate_of(rest.substr(0, rest.find('|')));
  }
  const char* wrong =
      sample.type == Type::counter ? read_counter(value, rate, sample) : read_value(value, sample);
  if (wrong != nullptr) return wrong;
  const bool timing = kind_of(sample.type) == Kind::timing;
  if (timing && rate > 0) {
    sample.times = static_cast<std::uint64_t>(std::min(1 / rate, static_cast<double>(times_max)));
  }
  const bool wanted = sample.type != Type::distribution || settings_.distributions;
  ++values_;
  if (!wanted || sample.times == 0) return nullptr;
  const Store::Outcome outcome = store_.add(bucket, extra_, sample);
  if (outcome == Store::Outcome::no_name) return "a line leaves no name for its metric";
  problems_.refused += outcome == Store::Outcome::no_room ? 1 : 0;
  return nullptr;
}

const char* LineReader::read_value(std::string_view text, Sample& sample) const {
  const bool sign = text.starts_with('+') || text.starts_with('-');
  if (sign && sample.type != Type::gauge) {
    return "only a gauge's and a counter's value can begin with + or -";
  }
  sample.additive = sign;
  if (sample.type == Type::set) return sample.member = text, nullptr;
  return read_float(text, sample.number) ? nullptr : "a value is not a number";
}

// A counter counts whole numbers: fractions are cut off, first of the value, then of what its rate makes of it.
const char* LineReader::read_counter(std::string_view text, double rate, Sample& sample) const {
  const bool whole = read_digits(text, sample.integer) ||
                     common::parse_go_int(text, sample.integer) == common::GoNumber::ok;
  if (whole) {
    sample.number = static_cast<double>(sample.integer);
  } else if (!read_float(text, sample.number)) {
    return "a value is not a number";
  }
  const bool scaled = rate != 0;
  if (settings_.float_counters) {
    if (scaled) sample.number /= rate;
    return nullptr;
  }
  if (!whole && !truncate(sample.number, sample.integer)) return "a counter's value is too large";
  if (scaled && !truncate(static_cast<double>(sample.integer) / rate, sample.integer)) {
    return "a counter's value is too large";
  }
  return nullptr;
}

}  // namespace weir::statsd
