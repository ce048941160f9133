// Goal: what the serializer remembers of rows, series and requests changes nothing: it agrees with a reference that
// knows only the request at hand.
// Method: many seeds; run one alone with WEIR_SEED=123.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/common/prometheus/names.hpp"
#include "plugins/common/text/go_number.hpp"
#include "plugins/serializers/prometheusremotewrite/prometheusremotewrite.hpp"
#include "plugins/serializers/prometheusremotewrite/remote_write_reader.hpp"

namespace weir::remote_write {
namespace {

using testing::lines;

struct RandomRow {
  std::string name, kind;
  std::map<std::string, std::string> tags;
  std::map<std::string, std::string> fields;  // values as written
  std::int64_t ms = 0;

  std::string line() const {
    std::string s = name;
    for (const auto& [key, value] : tags) s += "," + key + "=" + value;
    char mark = ' ';
    for (const auto& [key, value] : fields) {
      s.append(1, mark).append(key).append("=").append(value);
      mark = ',';
    }
    return s + " " + std::to_string(ms * 1'000'000) + " " + kind;
  }
};

// The rules, each time anew and by text.
class Reference {
 public:
  explicit Reference(bool string_as_label) : string_as_label_(string_as_label) {}

  void add(const RandomRow& r) {
    for (const auto& [key, value] : r.fields) add_field(r, key, value);
  }
  lines result() const {
    lines all;
    for (const auto& [at, value] : entries_) {
      all.push_back("{" + at.first + "} " + general(value) + " " + std::to_string(at.second));
    }
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  static bool number(const std::string& text, double& to) {
    if (text == "t" || text == "f") return to = text == "t", true;
    if (text.front() == '"') return false;
    const bool is_whole = text.ends_with('i') || text.ends_with('u');
    return common::parse_go_float(text.substr(0, text.size() - (is_whole ? 1 : 0)), to) ==
           common::GoNumber::ok;
  }
  static bool is_bool(const std::string& text) { return text == "t" || text == "f"; }
  static bool sum(const std::string& text, double& to) {
    return !is_bool(text) && number(text, to);
  }
  static bool count(const std::string& text, double& to) {
    return sum(text, to) && to >= 0 && to < 0x1p64 && (to = std::trunc(to), true);
  }
  static std::string label_name(const std::string& key) {
    return common::clean_name(key, common::NameKind::label, common::NameRule::legacy);
  }

  // Of equal names that come after cleaning, their order is that of the tags; the generator makes none.
  std::string labels(const RandomRow& r, const std::string& name, const std::string& label = "",
                     const std::string& value = "") const {
    std::map<std::string, std::string> all;
    for (const auto& [key, text] : r.tags) {
      if (r.kind == "histogram" && key == "le") continue;
      if (r.kind == "summary" && key == "quantile") continue;
      if (!label_name(key).empty() && !text.empty()) all.emplace(label_name(key), text);
    }
    for (const auto& [key, text] : r.fields) {
      if (!string_as_label_ || text.front() != '"' || label_name(key).empty()) continue;
      all.emplace(label_name(key), text.substr(1, text.size() - 2));
    }
    if (!label.empty()) all[label] = value;
    all["__name__"] = name;
    std::string s;
    for (const auto& [key, text] : all) s += (s.empty() ? "" : ",") + key + "=" + text;
    return s;
  }
  void set(const std::string& labels, double value, std::int64_t ms) {
    entries_[{labels, ms}] = value;
  }
  void add_field(const RandomRow& r, const std::string& key, const std::string& text) {
    const bool composed = r.kind == "histogram" || r.kind == "summary";
    const std::string name = common::clean_name(common::metric_name(r.name, key, composed),
                                                common::NameKind::metric, common::NameRule::legacy);
    if (name.empty()) return;
    if (r.kind == "histogram") return add_histogram(r, key, name, text);
    double v = 0;
    if (r.kind == "summary" && key.ends_with("_sum")) {
      if (sum(text, v)) set(labels(r, name + "_sum"), v, r.ms);
    } else if (r.kind == "summary" && key.ends_with("_count")) {
      if (count(text, v)) set(labels(r, name + "_count"), v, r.ms);
    } else if (r.kind == "summary") {
      double at = 0;
      if (!point(r, "quantile", at) || !number(text, v)) return;
      set(labels(r, name, "quantile", general(at)), v, r.ms);
    } else if (number(text, v)) {
      set(labels(r, name), v, r.ms);
    }
  }
  static bool point(const RandomRow& r, const std::string& tag, double& at) {
    const auto text = r.tags.find(tag);
    return text != r.tags.end() && common::parse_go_float(text->second, at) == common::GoNumber::ok;
  }
  void add_histogram(const RandomRow& r, const std::string& key, const std::string& name,
                     const std::string& text) {
    const std::string last = labels(r, name + "_bucket", "le", "+Inf");
    double v = 0;
    if (key.ends_with("_bucket")) {
      for (const std::string& at : {labels(r, name + "_sum"), labels(r, name + "_count"), last}) {
        entries_.try_emplace({at, r.ms}, 0);
      }
      double at = 0;
      if (!point(r, "le", at) || !count(text, v)) return;
      set(labels(r, name + "_bucket", "le", general(at)), v, r.ms);
    } else if (key.ends_with("_sum")) {
      if (sum(text, v)) set(labels(r, name + "_sum"), v, r.ms);
    } else if (key.ends_with("_count") && count(text, v)) {
      double& at = entries_[{last, r.ms}];
      if (at == 0) at = v;
      set(labels(r, name + "_count"), v, r.ms);
    }
  }

  bool string_as_label_;
  std::map<std::pair<std::string, std::int64_t>, double> entries_;  // by labels and time
};

class Rows {
 public:
  explicit Rows(std::uint64_t seed) : random_(seed) {}

  std::vector<RandomRow> rows() {
    std::vector<RandomRow> all(1 + below(12));
    for (RandomRow& r : all) {
      r.name = any({"m", "prometheus", "a.b", "é"});
      r.kind = any({"untyped", "counter", "gauge", "histogram", "histogram", "summary"});
      r.ms = 1000 + static_cast<std::int64_t>(below(4));
      if (below(2) == 0) r.tags.emplace("host", any({"a", "b", "node-1"}));
      if (below(4) == 0) r.tags.emplace("x-y", any({"1", "2"}));
      if (below(2) == 0) r.tags.emplace("le", any({"0.5", "1", "1e9", "+Inf", "x", "NaN"}));
      if (below(4) == 0) r.tags.emplace("quantile", any({"0.5", "0.90", "x"}));
      for (std::size_t n = 1 + below(4); n != 0; --n) {
        r.fields.emplace(any({"v", "w", "v_bucket", "v_sum", "v_count", "a.b_bucket", "-"}),
                         value());
      }
    }
    return all;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  std::string any(const std::vector<std::string>& of) { return of[below(of.size())]; }
  std::string value() {
    return any({"0", "1", "2.5", "-3i", "4u", "t", "f", "\"text\"", "\"\"", "7i", "inf", "nan"});
  }
  std::mt19937_64 random_;
};

// Do the samples of each series go by time?
bool ascends(const lines& samples) {
  std::map<std::string, std::int64_t> latest;
  return std::all_of(samples.begin(), samples.end(), [&latest](const std::string& s) {
    const std::int64_t ms = std::stoll(s.substr(s.rfind(' ')));
    const auto [at, fresh] = latest.try_emplace(s.substr(0, s.rfind('}')), ms);
    const bool later = fresh || ms > at->second;
    at->second = ms;
    return later;
  });
}

void compare(testing::plugin& p, const std::vector<RandomRow>& rows, bool string_as_label) {
  Reference reference(string_as_label);
  lines input;
  for (const RandomRow& r : rows) {
    reference.add(r);
    input.push_back(r.line());
  }
  lines actual = RequestReader::read(p.serialize_document(input));
  ASSERT_TRUE(ascends(actual));
  std::sort(actual.begin(), actual.end());
  std::string all;
  for (const std::string& line : input) all += line + "\n";
  ASSERT_EQ(actual, reference.result()) << all;
}

// Each seed is one serializer with a memory of its own size, from nothing to plenty.
TEST(RemoteWriteDifferential, AgreesWithTheReference) {
  const char* only = std::getenv("WEIR_SEED");
  const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  const std::uint64_t last = only != nullptr ? first : 12;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Rows rows(seed);
    const bool labels = seed % 3 == 0;
    const std::int64_t budget = seed % 4 == 0 ? 0 : std::int64_t{1} << (14 + 2 * (seed % 4));
    testing::plugin p(testing::descriptor<RemoteWriteSerializer>(),
                      labels ? "prometheus_string_as_label = true" : "",
                      [budget](testing::host& h) { h.budget_limit(budget); });
    for (int i = 0; i < 60; ++i) ASSERT_NO_FATAL_FAILURE(compare(p, rows.rows(), labels));
  }
}

}  // namespace
}  // namespace weir::remote_write
