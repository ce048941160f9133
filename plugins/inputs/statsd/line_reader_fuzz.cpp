// Goal: whatever the bytes, what is reported is what a reader that only splits strings and keeps everything in
// maps comes to, and as many lines are refused. Twice, so that names that are known give the same as new ones.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugins/common/text/go_number.hpp"
#include "plugins/inputs/statsd/test_rig.hpp"

namespace {

using namespace weir::statsd;  // NOLINT(google-build-using-namespace): the fuzz target is its own
using weir::common::GoNumber;

void check(bool holds) {
  if (!holds) std::abort();
}

using Value = std::variant<std::int64_t, double>;
using Fields = std::map<std::string, Value>;
using Rows = std::multimap<std::string, Fields>;  // by name and tags

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string trimmed(const std::string& text) {
  const std::string blanks = " \t\n\v\f\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// One line after the other, by the book.
class Reference {
 public:
  Reference(bool datadog, bool keep_container, bool float_counters)
      : datadog_(datadog), keep_container_(keep_container), float_counters_(float_counters) {}

  void read(const std::string& message) {
    for (const std::string& raw : split(message, '\n')) {
      const std::string line = trimmed(raw);
      const bool special = datadog_ && (line.rfind("_e{", 0) == 0 || line.rfind("_sc|", 0) == 0);
      if (!line.empty() && !special && !read_line(line)) ++bad;
    }
  }
  Rows take_rows() {
    Rows rows;
    for (const auto& [key, sum] : counters_) rows.insert({key, {{"value", sum}}});
    for (const auto& [key, sum] : float_sums_) rows.insert({key, {{"value", sum}}});
    for (const auto& [key, value] : gauges_) rows.insert({key, {{"value", value}}});
    for (const auto& [key, members] : sets_) {
      rows.insert({key, {{"value", static_cast<std::int64_t>(members.size())}}});
    }
    for (const auto& [key, values] : timings_) rows.insert({key, statistics(values)});
    for (const auto& [key, value] : distributions_) rows.insert({key, {{"value", value}}});
    counters_.clear(), float_sums_.clear(), gauges_.clear(), sets_.clear();
    timings_.clear(), distributions_.clear();
    return rows;
  }
  std::uint32_t bad = 0;

 private:
  using Tags = std::map<std::string, std::string>;
  struct Timing {
    double value;
    std::uint64_t times;
  };

  bool read_line(std::string line) {
    Tags line_tags;
    if (datadog_) line = without_tags(line, line_tags);
    const std::vector<std::string> bits = split(line, ':');
    for (std::size_t i = 1; i < bits.size(); ++i) {
      if (!read_bit(bits[0], bits[i], line_tags)) return false;
    }
    return bits.size() > 1;
  }
  std::string without_tags(const std::string& line, Tags& tags) const {
    std::string rest;
    bool begun = false;
    for (const std::string& part : split(line, '|')) {
      if (part.rfind('#', 0) == 0) {
        read_tags(part.substr(1), tags);
      } else if (part.rfind("c:", 0) == 0) {
        if (keep_container_) tags["container"] = part.substr(2);
      } else {
        if (begun) rest += '|';
        rest += part;
        begun = true;
      }
    }
    return rest;
  }
  static void read_tags(const std::string& text, Tags& tags) {
    for (const std::string& tag : split(text, ',')) {
      const std::size_t colon = tag.find(':');
      const std::string key = tag.substr(0, colon);
      const std::string value = colon == std::string::npos ? "" : tag.substr(colon + 1);
      if (!key.empty()) tags[key] = value.empty() ? "true" : value;
    }
  }
  bool read_bit(const std::string& bucket, const std::string& bit, const Tags& line_tags) {
    static const std::map<std::string, std::string> types{
        {"g", "gauge"},   {"c", "counter"},   {"s", "set"},
        {"ms", "timing"}, {"h", "histogram"}, {"d", "distribution"}};
    const std::vector<std::string> parts = split(bit, '|');
    if (parts.size() < 2 || types.count(parts[1]) == 0) return false;
    double rate = 0;
    if (parts.size() > 2 && parts[2].size() > 1 && parts[2].find('@') != std::string::npos &&
        weir::common::parse_go_float(parts[2].substr(1), rate) != GoNumber::ok) {
      rate = 0;
    }
    const std::string key = key_of(bucket, types.at(parts[1]), line_tags);
    return add(parts[1], parts[0], rate, key);
  }
  // Empty where no name is left.
  static std::string key_of(const std::string& bucket, const std::string& type,
                            const Tags& line_tags) {
    const std::vector<std::string> parts = split(bucket, ',');
    std::string name = trimmed(parts[0]);
    name = name.substr(0, name.find_first_of(" \t\n\v\f\r"));
    if (name.empty()) return "";
    std::replace(name.begin(), name.end(), '.', '_');
    Tags tags;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::size_t equals = parts[i].find('=');
      if (equals != std::string::npos && equals != 0) {
        tags[parts[i].substr(0, equals)] = parts[i].substr(equals + 1);
      }
    }
    tags["metric_type"] = type;
    for (const auto& [k, v] : line_tags) tags[k] = v;
    std::string key = std::to_string(name.size()) + ":" + name;
    for (const auto& [k, v] : tags) {
      for (const std::string& text : {k, v}) key += std::to_string(text.size()) + ":" + text;
    }
    return key;
  }
  bool add(const std::string& type, const std::string& text, double rate, const std::string& key) {
    if (type == "c") return add_counter(text, rate, key);
    const bool sign = text.rfind('+', 0) == 0 || text.rfind('-', 0) == 0;
    if (sign && type != "g") return false;
    double value = 0;
    if (type != "s" && weir::common::parse_go_float(text, value) != GoNumber::ok) return false;
    const bool timing = type == "ms" || type == "h";
    const double times = timing && rate > 0 ? std::min(1 / rate, 1e9) : 1;
    if ((type == "d" && !datadog_) || times < 1) return true;
    if (key.empty()) return false;
    if (type == "g") gauges_[key] = sign ? gauges_[key] + value : value;
    if (type == "s") sets_[key].insert(text);
    if (type == "d") distributions_.insert({key, value});
    if (timing) timings_[key].push_back({value, static_cast<std::uint64_t>(times)});
    return true;
  }
  static bool truncate(double v, std::int64_t& whole) {
    if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0)) return false;
    whole = static_cast<std::int64_t>(v);
    return true;
  }
  bool add_counter(const std::string& text, double rate, const std::string& key) {
    std::int64_t whole = 0;
    double value = 0;
    const bool is_whole = weir::common::parse_go_int(text, whole) == GoNumber::ok;
    if (is_whole) {
      value = static_cast<double>(whole);
    } else if (weir::common::parse_go_float(text, value) != GoNumber::ok) {
      return false;
    }
    if (float_counters_) {
      if (key.empty()) return false;
      float_sums_[key] += rate != 0 ? value / rate : value;
      return true;
    }
    if (!is_whole && !truncate(value, whole)) return false;
    if (rate != 0 && !truncate(static_cast<double>(whole) / rate, whole)) return false;
    if (key.empty()) return false;
    std::int64_t& sum = counters_[key];
    sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) +
                                    static_cast<std::uint64_t>(whole));
    return true;
  }
  static Fields statistics(const std::vector<Timing>& values) {
    Fields f;
    std::int64_t count = 0;
    double sum = 0;
    double lower = values[0].value;
    double upper = values[0].value;
    for (const Timing& t : values) {
      count += static_cast<std::int64_t>(t.times);
      sum += t.value * static_cast<double>(t.times);
      lower = std::min(lower, t.value);
      upper = std::max(upper, t.value);
    }
    f["count"] = count;
    f["sum"] = sum;
    f["lower"] = lower;
    f["upper"] = upper;
    return f;
  }

  const bool datadog_, keep_container_, float_counters_;
  std::map<std::string, std::int64_t> counters_;
  std::map<std::string, double> float_sums_, gauges_;
  std::map<std::string, std::set<std::string>> sets_;
  std::map<std::string, std::vector<Timing>> timings_;
  std::multimap<std::string, double> distributions_;
};

std::string sized(std::string_view t) { return std::to_string(t.size()).append(":").append(t); }

Fields fields_of(const weir::row& r) {
  Fields fields;
  for (const auto& f : r.fields()) {
    const bool whole = f.value.type() == WEIR_I64;
    fields[std::string(f.key)] = whole ? Value(f.value.i64()) : Value(f.value.f64());
  }
  return fields;
}

// The rows that the plugin made, in the same form.
Rows rows_of(Rig& rig) {
  weir::sink out(weir::host(rig.kit().table()));
  out.begin({});
  rig.report(out);
  out.emit();
  Rows rows;
  for (const auto& emitted : rig.kit().emits()) {
    for (const weir::row r : weir::batch(emitted.head())) {
      std::string key = sized(r.name());
      for (const auto& t : r.tags()) key += sized(t.key) + sized(t.value);
      rows.insert({std::move(key), fields_of(r)});
    }
  }
  return rows;
}

bool same(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  if (a.index() == 0) return a == b;
  const double x = std::get<double>(a);
  const double y = std::get<double>(b);
  if (std::isnan(x) || std::isnan(y) || std::isinf(x)) return std::isnan(x) == std::isnan(y);
  return x == y || std::fabs(x - y) <= 1e-9 * std::max(std::fabs(x), std::fabs(y));
}

// Fields that the reference does not work out are not compared.
bool has(const Fields& fields, const Fields& expected) {
  return std::all_of(expected.begin(), expected.end(), [&](const auto& field) {
    const auto at = fields.find(field.first);
    return at != fields.end() && same(field.second, at->second);
  });
}

// Takes the row that has what is expected out of those that are left.
void take(std::vector<const Fields*>& left, const Fields& expected) {
  const auto has_it = [&](const Fields* fields) { return has(*fields, expected); };
  const auto match = std::find_if(left.begin(), left.end(), has_it);
  check(match != left.end());
  left.erase(match);
}

void compare(const Rows& expected, const Rows& rows) {
  check(expected.size() == rows.size());
  for (auto e = expected.begin(); e != expected.end(); e = expected.upper_bound(e->first)) {
    const auto [first, last] = rows.equal_range(e->first);
    check(static_cast<std::size_t>(std::distance(first, last)) == expected.count(e->first));
    std::vector<const Fields*> left;
    for (auto r = first; r != last; ++r) left.push_back(&r->second);
    const auto [from, to] = expected.equal_range(e->first);
    for (auto x = from; x != to; ++x) take(left, x->second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool datadog = (data[0] & 1U) != 0;
  const bool keep_container = (data[0] & 2U) != 0;
  const bool float_counters = (data[0] & 4U) != 0;
  const std::string message(reinterpret_cast<const char*>(data) + 1, size - 1);
  RigSettings settings;
  settings.lines = {datadog, datadog, keep_container, float_counters};
  settings.report.float_counters = float_counters;
  Rig rig(settings);
  Reference reference(datadog, keep_container, float_counters);
  for (int times = 0; times < 2; ++times) {
    rig.send(message);
    reference.read(message);
  }
  // What is wrong with events and service checks is not the reference's business.
  if (message.find("_e{") == std::string::npos && message.find("_sc|") == std::string::npos) {
    check(rig.problems().count == reference.bad);
  }
  compare(reference.take_rows(), rows_of(rig));
  return 0;
}
