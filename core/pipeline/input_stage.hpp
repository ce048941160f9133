#pragma once

// What Telegraf does to every metric of an input before anything else sees it, in this order: rounding,
// Select, name_override / prefix / suffix, plugin tags, global tags, Modify, always_include.

#include "core/pipeline/filter.hpp"
#include "core/pipeline/instance.hpp"
#include "core/pipeline/stage.hpp"

namespace weir::pipeline {

struct InputStageSettings {
  std::int64_t precision_ns{1};  // 1 = as it is.
  config::NameSettings names;
  config::Tags tags, global_tags;
  bool always_include_local{false}, always_include_global{false};
};

// Rounds half up, like Go's Time.Round.
std::int64_t round_time(std::int64_t ns, std::int64_t precision_ns);

// Stateless between calls: lanes of one input run it in parallel.
class InputStage final : public Stage {
 public:
  static Result<std::unique_ptr<InputStage>> make(InputStageSettings settings,
                                                  const config::FilterSettings& filter,
                                                  Select::Site site, metrics::Node& node,
                                                  queue::Budget& budget);
  InputStage(const InputStage&) = delete;
  InputStage& operator=(const InputStage&) = delete;
  ~InputStage() override;
  Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) override;
  [[nodiscard]] metrics::Node& node() const { return node_; }

 private:
  InputStage(InputStageSettings settings, Select select, Modify modify, metrics::Node& node,
             queue::Budget& budget);
  void select(queue::Parcel& parcel) const;
  void change(editor& rows) const;

  const InputStageSettings settings_;
  const Select select_;
  const Rename rename_;
  const Modify modify_;
  metrics::Node& node_;
  queue::Budget& budget_;
};

// Adds tags that a row does not have yet, all in one pass.
void add_missing_tags(editor& rows, const config::Tags& tags);

}  // namespace weir::pipeline
