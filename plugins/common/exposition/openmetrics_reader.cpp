#include "plugins/common/exposition/openmetrics_reader.hpp"

#include <algorithm>
#include <cmath>

#include "plugins/common/exposition/sample_text.hpp"

namespace weir::exposition {
namespace {

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  return word;
}

// Has a sample of such a family a name that ends so, behind a '_'? Exporters give counters more than
// they may have; these are no families of their own.
bool takes_suffix(FamilyType type, std::string_view suffix) {
  ;
  constexpr std::string_view of_summary[] = {"sum", "count", "created"};
  constexpr std::string_view of_histogram[] = {"bucket", "sum",    "count",
                                               "gsum",   "gcount", "created"};
  const auto has = [suffix](const auto& list) {
    return std::find(std::begin(list), std::end(list), suffix) != std::end(list);
  };
  switch (type) {
    case FamilyType::counter: return true;
    case FamilyType::summary: return has(of_summary);
    case FamilyType::histogram: return has(of_histogram);
    case FamilyType::info: return suffix == "info";
    default: return false;
  }
}

}  // namespace

OpenMetricsReader::OpenMetricsReader(const Format& format) : collector_(openmetrics(format)) {}

std::uint32_t OpenMetricsReader::read(const Text& text, sink& out) {
  bad_.begin(out.home(), text.delivery);
  collector_.begin(out, text.now_ns);
  text_ = text.bytes;
  number_ = 0;
  family_ = none;
  ended_ = false;
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    line_ = text_.substr(at, end - at);
    ++number_;
    read_line();
    at = end + 1;
  }
  collector_.end(0);
  line_ = text_.substr(text_.size());
  if (text.whole && !ended_) bad(line_, "no # EOF at the end; the text may have been cut");
  bad_.end();
  return bad_.count();
}

void OpenMetricsReader::bad(std::string_view rest, const char* reason) {
  common::BadRecords::Place place;
  place.offset = static_cast<std::uint64_t>(rest.data() - text_.data());
  place.line = number_;
  place.col = static_cast<std::uint32_t>(rest.data() - line_.data()) + 1;
  bad_.add(place, reason, line_);
}

void OpenMetricsReader::read_line() {
  if (line_.empty()) return;
  if (ended_) return bad(line_, "a line behind # EOF");
  if (collector_.make_room(0) && family_ != none) begin_family(family_name_);
  if (line_.front() == '#') {
    comment(line_.substr(1));
  } else {
    sample();
  }
}

// ---- families ----

void OpenMetricsReader::comment(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view keyword = take_word(text);
  if (keyword == "EOF") {
    ended_ = true;
  } else if (keyword == "TYPE" || keyword == "UNIT" || keyword == "HELP") {
    describe(keyword, text);
  }
}

void OpenMetricsReader::describe(std::string_view keyword, std::string_view rest) {
  std::string_view words;
  if (!syntax_.read_name(rest, words)) return bad(rest, "expected a metric's name");
  if (!words.empty() && words.front() != ' ') {
    return bad(words, "expected a blank behind the name");
  }
  begin_family(syntax_.name());
  take_word(words);  // nothing: only the blanks go
  if (keyword == "UNIT" && !words.empty()) collector_.set_unit(family_, words);
  if (keyword != "TYPE") return;
  Collector::Family& family = collector_.family(family_);
  FamilyType type{};
  if (!read_type(words, type)) return bad(words, "no type of OpenMetrics");
  if (family.settled) return bad(rest, "a second TYPE line, or one behind the samples");
  family.type = type;
  family.settled = true;
}

void OpenMetricsReader::begin_family(std::string_view name) {
  family_ = collector_.declare(name);
  family_name_ = name;
}

// ---- samples ----

void OpenMetricsReader::sample() {
  if (!syntax_.read(line_)) return bad(line_.substr(syntax_.at()), syntax_.reason());
  const std::string_view rest = line_.substr(syntax_.at());
  if (!read_sample(rest)) return bad(rest, problem_);
  const std::string_view suffix = choose_family(syntax_.name());
  collector_.family(family_).settled = true;
  problem_ = nullptr;
  apply(suffix);
  if (problem_ != nullptr) bad(line_, problem_);
}

// text: value, perhaps a timestamp, perhaps an exemplar.
bool OpenMetricsReader::read_sample(std::string_view text) {
  take_word(text);  // nothing: only the blanks go
  problem_ = "expected a number as value";
  if (!read_value(take_word(text), value_)) return false;
  time_ns_ = collector_.now_ns();
  if (text.empty() || text.front() == '#') return true;
  problem_ = "expected seconds as timestamp";
  if (!read_time(take_word(text))) return false;
  problem_ = "expected the end of the line, or an exemplar";
  return text.empty() || text.front() == '#';
}

bool OpenMetricsReader::read_time(std::string_view text) {
  constexpr double time_bound_ms = 9.2e12;  // as nanoseconds in 64 bits
  double seconds = 0;
  if (!read_value(text, seconds)) return false;
  const double milliseconds = std::trunc(seconds * 1000);
  if (!(std::fabs(milliseconds) < time_bound_ms)) return false;
  if (!collector_.format().ignore_timestamp) {
    time_ns_ = static_cast<std::int64_t>(milliseconds) * 1'000'000;
  }
  return true;
}

// Makes the sample's family the one at hand, and returns what its name has behind the family's.
std::string_view OpenMetricsReader::choose_family(std::string_view name) {
  if (family_ != none) {
    const std::string_view suffix = suffix_in(name);
    if (suffix.data() != nullptr) return suffix;
  }
  begin_family(name);
  return "";
}

// nullptr where the name is of another family.
std::string_view OpenMetricsReader::suffix_in(std::string_view name) {
  const std::string_view family = collector_.name_of(family_);
  if (!name.starts_with(family)) return {};
  name.remove_prefix(family.size());
  if (name.empty()) return "";
  if (name.front() != '_') return {};
  name.remove_prefix(1);
  return takes_suffix(collector_.family(family_).type, name) ? name : std::string_view();
}

std::string_view OpenMetricsReader::label(std::string_view name) const {
  for (const Label& l : syntax_.labels()) {
    if (l.name == name) return l.value;
  }
  return {};
}

void OpenMetricsReader::apply(std::string_view suffix) {
  const FamilyType type = collector_.family(family_).type;
  if (type == FamilyType::state_set) return apply_state();
  if (is_composed(type)) return apply_part(suffix);
  if (type == FamilyType::counter && suffix != "total") {
    if (suffix != "created") problem_ = "the name of a counter's sample ends with _total";
    return;
  }
  collector_.sample(family_, collector_.set_of(family_, syntax_.labels(), {}), value_, time_ns_);
}

void OpenMetricsReader::apply_state() {
  const std::string_view name = collector_.name_of(family_);
  const std::uint32_t group =
      collector_.group_of(family_, collector_.set_of(family_, syntax_.labels(), name));
  const std::uint32_t state = collector_.state_of(group, label(name));
  collector_.touch(group, time_ns_);
  if (state == none) {
    problem_ = "more than 32768 states";
  } else {
    collector_.set_point(group, state, value_);
  }
}

void OpenMetricsReader::apply_part(std::string_view suffix) {
  const std::string_view part = part_label(collector_.family(family_).type);
  const std::uint32_t group =
      collector_.group_of(family_, collector_.set_of(family_, syntax_.labels(), part));
  collector_.touch(group, time_ns_);
  if (suffix == "sum" || suffix == "gsum") {
    collector_.set_sum(group, value_);
  } else if (suffix == "count" || suffix == "gcount") {
    collector_.set_count(group, whole_count(value_));
  } else if (suffix == "created") {
    collector_.set_created(group, value_);
  } else {
    apply_point(group);
  }
}

void OpenMetricsReader::apply_point(std::uint32_t group) {
  const FamilyType type = collector_.family(family_).type;
  const std::string_view text = label(part_label(type));
  if (text.empty()) return;
  double at = 0;
  if (!read_value(text, at) || std::isnan(at)) {
    problem_ = "the label le or quantile is no number";
    return;
  }
  const std::uint32_t point = collector_.point_of(group, at);
  if (point == none) {
    problem_ = "more than 32768 buckets or quantiles";
    return;
  }
  collector_.set_point(group, point, type == FamilyType::histogram ? whole_count(value_) : value_);
}

}  // namespace weir::exposition
