#include "core/pipeline/input_stage.hpp"

#include <algorithm>

#include <weir/editor.hpp>

#include "core/base/clock.hpp"
#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {

std::int64_t round_time(std::int64_t ns, std::int64_t precision_ns) {
  if (precision_ns <= 1) return ns;
  const std::int64_t rest = since_multiple_ns(ns, precision_ns);
  std::int64_t rounded = 0;
  const bool down = rest + rest < precision_ns;
  const bool none = down ? __builtin_sub_overflow(ns, rest, &rounded)
                         : __builtin_add_overflow(ns, precision_ns - rest, &rounded);
  return none ? ns : rounded;  // At the ends of time there is no multiple.
}

namespace {

// Has one of the first n tags that key?
bool has_key(const editor& rows, const weir::detail::pod_vector<weir_tag>& tags, std::uint32_t n,
             std::string_view key) {
  return std::any_of(tags.data(), tags.data() + n,
                     [&](const weir_tag& t) { return rows.str(t.key) == key; });
}

}  // namespace

void add_missing_tags(editor& rows, const config::Tags& tags) {
  if (tags.empty()) return;
  std::vector<weir_tag> ids;
  for (const auto& [key, value] : tags) ids.push_back({rows.intern(key), rows.intern(value)});
  rows.each_tag_range([&](weir::detail::pod_vector<weir_tag>& range) {
    const std::uint32_t had = range.size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!has_key(rows, range, had, tags[i].first)) range.push(ids[i]);
    }
    return range.size() != had;
  });
}

InputStage::InputStage(InputStageSettings settings, Select select, Modify modify,
                       metrics::Node& node, queue::Budget& budget)
    : settings_(std::move(settings)),
      select_(std::move(select)),
      rename_(settings_.names),
      modify_(std::move(modify)),
      node_(node),
      budget_(budget) {
  node_.users += 1;
}

InputStage::~InputStage() { node_.users -= 1; }

Result<std::unique_ptr<InputStage>> InputStage::make(InputStageSettings settings,
                                                     const config::FilterSettings& filter,
                                                     Select::Site site, metrics::Node& node,
                                                     queue::Budget& budget) {
  auto select = Select::compile(filter, std::move(site));
  if (!select.ok()) return select.error();
  auto modify = Modify::compile(filter);
  if (!modify.ok()) return modify.error();
  return std::unique_ptr<InputStage>(new InputStage(std::move(settings), std::move(select).value(),
                                                    std::move(modify).value(), node, budget));
}

Stage::Outcome InputStage::run(Job& job, std::vector<queue::Parcel>& out, Lane&) {
  queue::Parcel& parcel = job.parcel;
  const std::uint32_t rows = parcel.count();
  node_.in += rows;
  select(parcel);
  if (parcel.count() != 0) edit_rows(parcel, budget_, [this](editor& e) { change(e); });
  const std::uint32_t left = parcel.count();
  node_.filtered += rows - left;
  node_.out += left;
  if (left != 0) out.push_back(std::move(parcel));
  return Outcome::done;
}

void InputStage::select(queue::Parcel& parcel) const {
  if (select_.passes_all()) return;
  auto verdict = select_.judge(parcel);
  if (!verdict.all) parcel.mask = std::move(verdict.mask);
}

void InputStage::change(editor& rows) const {
  if (settings_.precision_ns > 1) {
    rows.each_row([&](std::uint32_t r) {
      rows.set_time(r, round_time(rows.at(r).time_ns(), settings_.precision_ns));
    });
  }
  rename_.apply(rows);
  add_missing_tags(rows, settings_.tags);
  add_missing_tags(rows, settings_.global_tags);
  if (modify_.changes_nothing()) return;
  modify_.apply(rows);
  if (settings_.always_include_local) add_missing_tags(rows, settings_.tags);
  if (settings_.always_include_global) add_missing_tags(rows, settings_.global_tags);
}

}  // namespace weir::pipeline
