#pragma once

// Prometheus' text format read one character at a time, with everything kept in maps: what the tests
// compare the parser with. Slow, and shares nothing with it but the reading of numbers.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/testing/lines.hpp>

#include "plugins/common/text/go_number.hpp"
#include "plugins/common/text/print_number.hpp"
#include "plugins/common/text/utf8.hpp"

namespace weir::prometheus_parser::reference {

struct Result {
  testing::lines rows;
  std::vector<std::size_t> bad_lines;
};

// Rows in the order of their text, with their fields in the order of theirs: of both nothing is said.
inline testing::lines sorted(testing::lines rows) {
  for (std::string& row : rows) {
    const std::size_t time = row.rfind(' ', row.rfind(' ') - 1);
    const std::size_t begin = row.rfind(' ', time - 1) + 1;
    testing::lines fields;
    for (std::size_t at = begin; at < time;) {
      const std::size_t end = std::min(row.find(',', at), time);
      fields.push_back(row.substr(at, end - at));
      at = end + 1;
    }
    std::sort(fields.begin(), fields.end());
    std::string joined;
    for (const std::string& f : fields) joined += (joined.empty() ? "" : ",") + f;
    row.replace(begin, time - begin, joined);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

class ReferenceParser {
 public:
  ReferenceParser(std::string_view text, int version, bool ignore_timestamp, std::int64_t now_ns)
      : text_(text), version_(version), ignore_timestamp_(ignore_timestamp), now_ns_(now_ns) {}

  Result parse() {
    std::size_t number = 0;
    while (!text_.empty()) {
      ++number;
      const std::size_t end = text_.find('\n');
      if (end == std::string_view::npos || !line(std::string(text_.substr(0, end)))) {
        result_.bad_lines.push_back(number);
      }
      text_ = end == std::string_view::npos ? std::string_view() : text_.substr(end + 1);
    }
    for (const auto& [key, group] : groups_) put_group(key.first, key.second, group);
    return result_;
  }

 private:
  using Labels = std::map<std::string, std::string>;
  struct Family {
    std::string type = "untyped";
    bool settled = false;
  };
  struct Group {
    std::int64_t time_ns = 0;
    double count = 0, sum = 0;
    std::vector<std::pair<double, double>> points;
  };
  struct Series {
    std::string name;
    Labels labels;
  };

  static bool blank(char c) { return c == ' ' || c == '\t'; }
  static std::string trimmed(const std::string& s) {
    const std::size_t begin = s.find_first_not_of(" \t");
    return begin == std::string::npos ? "" : s.substr(begin, s.find_last_not_of(" \t") - begin + 1);
  }

  bool line(const std::string& whole) {
    line_ = whole;
    at_ = whole.find_first_not_of(" \t");
    if (at_ == std::string::npos) return true;
    if (line_[at_] == '#') return comment(trimmed(line_.substr(at_ + 1)));
    Series s;
    return series(s) && sample(s, trimmed(line_.substr(at_)));
  }

  // ---- types ----

  bool comment(const std::string& text) {
    if (!text.starts_with("TYPE") || text.size() < 5 || !blank(text[4])) return true;
    line_ = trimmed(text.substr(4));
    at_ = 0;
    std::string name;
    if (!any_name(":", name)) return false;
    const std::string rest = line_.substr(at_);
    if (rest.empty()) return true;
    std::string type = trimmed(rest);
    for (char& c : type) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (type == "unknown") type = "untyped";
    if (type == "gaugehistogram" || type == "gauge_histogram") type = "histogram";
    const std::vector<std::string> types{"counter", "gauge", "histogram", "summary", "untyped"};
    const bool known = std::find(types.begin(), types.end(), type) != types.end();
    if (!blank(rest[0]) || !known) return false;
    Family& f = families_[name];
    if (f.settled) return false;
    f = {type, true};
    return true;
  }

  // ---- series ----

  char here() const { return at_ < line_.size() ? line_[at_] : '\0'; }
  void blanks() {
    while (blank(here())) ++at_;
  }
  static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
  bool any_name(std::string_view more, std::string& name) {
    if (here() == '"') return quoted(name) && !name.empty();
    name.clear();
    while (letter(here()) || more.find(here()) != std::string_view::npos ||
           (!name.empty() && here() >= '0' && here() <= '9')) {
      name += line_[at_++];
    }
    return !name.empty();
  }
  bool quoted(std::string& text) {
    text.clear();
    for (++at_; at_ < line_.size() && line_[at_] != '"'; ++at_) {
      char c = line_[at_];
      if (c == '\\') {
        ++at_;
        c = here();
        if (c != '\\' && c != '"' && c != 'n') return false;
        if (c == 'n') c = '\n';
      }
      text += c;
    }
    if (at_ >= line_.size()) return false;
    ++at_;
    return common::is_utf8(text);
  }
  bool series(Series& s) {
    if (here() != '{' && (here() == '"' || !any_name(":", s.name))) return false;
    const std::size_t end = at_;
    blanks();
    if (here() != '{') return at_ = end, true;
    ++at_;
    for (blanks(); here() != '}'; blanks()) {
      if (!label(s)) return false;
      blanks();
      if (here() == ',') {
        ++at_;
      } else if (here() != '}') {
        return false;
      }
    }
    ++at_;
    return !s.name.empty();
  }
  bool label(Series& s) {
    const bool in_quotes = here() == '"';
    std::string name;
    std::string value;
    if (!any_name("", name)) return false;
    blanks();
    if (in_quotes && s.name.empty() && (here() == ',' || here() == '}')) {
      s.name = name;
      return true;
    }
    if (here() != '=') return false;
    ++at_;
    blanks();
    if (here() != '"' || !quoted(value)) return false;
    return name != "__name__" && s.labels.emplace(name, value).second;
  }

  // ---- samples ----

  static bool number(const std::string& text, double& v) {
    return text.find_first_of("pP_xX") == std::string::npos &&
           common::parse_go_float(text, v) == common::GoNumber::ok;
  }
  static double whole(double v) { return v > 0 ? std::trunc(v) : 0; }

  bool sample(Series& s, const std::string& text) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    double v = 0;
    if (!number(text.substr(0, end), v)) return false;
    std::int64_t time_ns = now_ns_;
    if (const std::string stamp = trimmed(text.substr(end)); !stamp.empty()) {
      std::int64_t ms = 0;
      constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max() / 1'000'000;
      if (common::parse_go_int(stamp, ms) != common::GoNumber::ok || std::abs(ms) > max) {
        return false;
      }
      if (ms > 0 && !ignore_timestamp_) time_ns = ms * 1'000'000;
    }
    std::string part;
    const std::string name = family_of(s.name, part);
    const Family f = families_[name];
    if (f.type == "histogram" || f.type == "summary") return add(name, s.labels, part, v, time_ns);
    families_[name].settled = true;
    if (!std::isnan(v)) put(name, f.type, s.labels, {{value_key(name, f.type), v}}, time_ns);
    return true;
  }

  std::string family_of(const std::string& name, std::string& part) {
    if (families_.contains(name)) return name;
    for (const std::string suffix : {"_count", "_sum", "_bucket"}) {
      if (!name.ends_with(suffix) || name == suffix) continue;
      const std::string base = name.substr(0, name.size() - suffix.size());
      const auto known = families_.find(base);
      if (known == families_.end()) continue;
      const std::string& type = known->second.type;
      if (type != "histogram" && (type != "summary" || suffix == "_bucket")) continue;
      part = suffix;
      return base;
    }
    return name;
  }

  bool add(const std::string& family, Labels labels, const std::string& part, double v,
           std::int64_t time_ns) {
    const bool histogram = families_[family].type == "histogram";
    std::optional<double> at;
    if (const auto label = labels.find(histogram ? "le" : "quantile"); label != labels.end()) {
      const bool counted = part == "_sum" || part == "_count";
      double bound = 0;
      if (number(label->second, bound)) {
        at = bound;
      } else if (!counted) {
        return false;
      }
      labels.erase(label);
    }
    std::erase_if(labels, [](const auto& l) { return l.second.empty(); });
    Group& g = groups_[{family, labels}];
    g.time_ns = time_ns;
    if (part == "_count") {
      g.count = whole(v);
    } else if (part == "_sum") {
      g.sum = v;
    } else if (at && !std::isnan(*at)) {
      set_point(g, *at, histogram ? whole(v) : v);
    }
    return true;
  }
  static void set_point(Group& g, double at, double v) {
    for (auto& p : g.points) {
      if (p.first == at) {
        p.second = v;
        return;
      }
    }
    g.points.emplace_back(at, v);
  }

  // ---- rows ----

  static std::string printed(double v) {
    char text[common::fixed_bytes];
    return {text, common::print_general(text, v)};
  }
  std::string value_key(const std::string& family, const std::string& type) const {
    if (version_ == 2) return family;
    return type == "counter" || type == "gauge" ? type : "value";
  }

  void put_group(const std::string& family, const Labels& labels, const Group& g) {
    const std::string type = families_[family].type;
    const bool histogram = type == "histogram";
    const std::string begin = version_ == 1 ? "" : family + "_";
    std::vector<std::pair<std::string, double>> fields{{begin + "count", g.count},
                                                       {begin + "sum", g.sum}};
    if (version_ == 1) {
      for (const auto& [at, v] : g.points) {
        if (histogram || !std::isnan(v)) fields.emplace_back(printed(at), v);
      }
      put(family, type, labels, fields, g.time_ns);
      return;
    }
    put(family, type, labels, fields, g.time_ns);
    auto points = g.points;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const bool has_infinity = std::any_of(points.begin(), points.end(),
                                          [&](const auto& p) { return p.first == infinity; });
    if (histogram && !has_infinity) points.emplace_back(infinity, g.count);
    for (const auto& [at, v] : points) {
      Labels with = labels;
      with[histogram ? "le" : "quantile"] = printed(at);
      put(family, type, with, {{histogram ? family + "_bucket" : family, v}}, g.time_ns);
    }
  }

  void put(const std::string& family, const std::string& type, const Labels& labels,
           const std::vector<std::pair<std::string, double>>& fields, std::int64_t time_ns) {
    builder b;
    b.metric(version_ == 1 ? family : "prometheus", time_ns);
    const std::vector<std::string> kinds{"untyped", "counter", "gauge", "histogram", "summary"};
    b.kind(static_cast<std::uint8_t>(std::find(kinds.begin(), kinds.end(), type) - kinds.begin()));
    for (const auto& [k, v] : labels) {
      if (!v.empty()) b.tag(k, v);
    }
    for (const auto& [k, v] : fields) b.field(k, v);
    std::vector<std::uint64_t> memory(b.bytes() / 8 + 16);
    auto* at = reinterpret_cast<std::uint8_t*>(memory.data());
    at += (64 - reinterpret_cast<std::uintptr_t>(at) % 64) % 64;
    b.seal(at);
    const block sealed(reinterpret_cast<const weir_batch*>(at));
    result_.rows.push_back(testing::print(row(sealed, sealed.rows()[0]), {true, true}));
  }

  std::string_view text_;
  int version_;
  bool ignore_timestamp_;
  std::int64_t now_ns_;
  std::string line_;
  std::size_t at_ = 0;
  std::map<std::string, Family> families_;
  std::map<std::pair<std::string, Labels>, Group> groups_;
  Result result_;
};

}  // namespace weir::prometheus_parser::reference
