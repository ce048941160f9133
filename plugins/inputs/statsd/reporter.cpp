#include "plugins/inputs/statsd/reporter.hpp"

#include <utility>

#include "plugins/common/text/print_number.hpp"

namespace weir::statsd {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

// Tags as the directory and as Kept have them.
std::string_view key_of(const Tag& tag) { return tag.key; }
std::string_view value_of(const Tag& tag) { return tag.value; }
std::string_view key_of(const Tags::value_type& tag) { return tag.first; }
std::string_view value_of(const Tags::value_type& tag) { return tag.second; }

struct TagsOf {
  const Series& series;
  const Tag* begin() const { return series.tags; }
  const Tag* end() const { return series.tags + series.n_tags; }
};

}  // namespace

Reporter::Reporter(ReportSettings settings, std::uint32_t percentile_limit)
    : settings_(std::move(settings)), kept_(percentile_limit) {
  for (const double p : settings_.percentiles) {
    char text[common::number_bytes];
    percentile_names_.emplace_back(text, common::print_general(text, p));
    percentile_names_.back() += "_percentile";
  }
}

void Reporter::attach(const host& home, std::int64_t begin_ns) {
  kept_.attach(home);
  last_ns_ = begin_ns;
  if (settings_.start_time) zone_.load("Local");
}

void Reporter::report(Window& window, std::int64_t now_ns, sink& out) {
  start_time_.clear();
  if (settings_.start_time) time_layout_.format(last_ns_ / second_ns, 0, zone_, start_time_);
  collect(window);
  report_distributions(window, out);
  report_window(window, out);
  report_kept(out);
  if (settings_.max_ttl_ns > 0) kept_.expire(now_ns - settings_.max_ttl_ns);
  last_ns_ = now_ns;
}

// Puts the fields of each series together, or adds them to what is kept.
void Reporter::collect(Window& window) {
  rows_.clear();
  for (Cell* cell : window.touched) {
    if (settings_.keeps[static_cast<std::size_t>(cell->kind)]) {
      kept_.add(*cell, cell->slots[window.slot]);
      continue;
    }
    if (cell->kind == Kind::distribution) continue;
    Series& series = *cell->series;
    cell->next = nullptr;
    if (series.first == nullptr) {
      rows_.push_back(&series);
      series.first = cell;
    } else {
      series.last->next = cell;
    }
    series.last = cell;
  }
  if (!settings_.keeps[static_cast<std::size_t>(Kind::set)]) return;
  for (const Members::Member& m : window.members.all()) kept_.add_member(*m.cell, m.text);
}

void Reporter::report_distributions(const Window& window, sink& out) {
  for (const Window::Distribution& d : window.distributions) {
    const Series& series = *d.cell->series;
    begin_row(out, Kind::distribution, series.name, TagsOf{series}).field("value"_k, d.value);
  }
}

void Reporter::report_window(const Window& window, sink& out) {
  for (Series* series : rows_) {
    builder& row = begin_row(out, series->first->kind, series->name, TagsOf{*series});
    for (const Cell* cell = std::exchange(series->first, nullptr); cell != nullptr;
         cell = cell->next) {
      add_field(row, cell->kind, cell->field, cell->slots[window.slot]);
    }
  }
}

void Reporter::report_kept(sink& out) {
  kept_.each([&](const KeptSeries& series) {
    builder& row = begin_row(out, series.kind, series.name, series.tags);
    for (const auto& [name, field] : series.fields) add_field(row, series.kind, name, field);
  });
}

template <typename Tags>
builder& Reporter::begin_row(sink& out, Kind kind, std::string_view name, const Tags& tags) {
  builder& row = out.metric(name);
  if (kind == Kind::counter) row.kind(WEIR_COUNTER);
  if (kind == Kind::gauge) row.kind(WEIR_GAUGE);
  for (const auto& tag : tags) row.tag(key_of(tag), value_of(tag));
  if (settings_.start_time) row.field("start_time"_k, start_time_);
  return row;
}

void Reporter::add_field(builder& row, Kind kind, std::string_view field, const Totals& totals) {
  const auto integer = static_cast<std::int64_t>(totals.integer);
  if (kind == Kind::gauge || (kind == Kind::counter && settings_.float_counters)) {
    row.field(field, totals.number);
  } else if (kind == Kind::set && settings_.float_sets) {
    row.field(field, static_cast<double>(integer));
  } else if (kind != Kind::timing) {
    row.field(field, integer);
  } else if (totals.stats != nullptr) {
    add_timing(row, field, *totals.stats);
  }
}

// Every field but the usual one is in the names.
void Reporter::add_timing(builder& row, std::string_view field, RunningStats& stats) {
  key_.clear();
  if (field != "value") key_.append(field).append("_");
  const std::size_t prefix = key_.size();
  const auto key = [&](std::string_view name) -> const std::string& {
    key_.resize(prefix);
    return key_.append(name);
  };
  row.field(key("mean"), stats.mean());
  row.field(key("median"), stats.median());
  row.field(key("stddev"), stats.stddev());
  row.field(key("sum"), stats.sum());
  row.field(key("upper"), stats.upper());
  row.field(key("lower"), stats.lower());
  const std::uint64_t n = stats.count();
  if (settings_.float_timings) {
    row.field(key("count"), static_cast<double>(n));
  } else {
    row.field(key("count"), static_cast<std::int64_t>(n));
  }
  if (!percentile_names_.empty()) stats.sort_sample();
  for (std::size_t i = 0; i < percentile_names_.size(); ++i) {
    row.field(key(percentile_names_[i]), stats.percentile(settings_.percentiles[i]));
  }
}

}  // namespace weir::statsd
