#pragma once

// Select and Modify: the filters that every plugin may have, in Telegraf's exact order.
//
// Select looks and changes nothing: namepass, namedrop, then tagpass, tagdrop, then metricpass. Modify changes:
// fieldinclude, fieldexclude, then taginclude, tagexclude; a row that is left without fields is dropped.
//
// Threads  Both are immutable: lanes may use them at the same time.
// Errors   A row for which metricpass fails passes; the log says why, once a batch.
// Cost     Names are decided once per distinct name and batch, tags once per distinct tag range, an expression that
//          looks at nothing else once per name and range, any other once per row.

#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/glob.hpp"
#include "core/base/log.hpp"
#include "core/config/settings.hpp"
#include "core/queue/parcel.hpp"

namespace weir {
inline namespace v1 {
// NOLINTNEXTLINE(readability-identifier-naming): the SDK's
class editor;
}  // namespace v1
}  // namespace weir

namespace weir::cel {
class Expression;
}

namespace weir::pipeline {

class Select {
 public:
  // What metricpass needs: the time that now() says, and whose log hears of failures.
  struct Site {
    const Clock& clock;
    Logger log;
  };
  static Result<Select> compile(const config::FilterSettings& settings, Site site);
  // True when every row passes without a look.
  [[nodiscard]] bool passes_all() const {
    return by_name_.none() && by_tag_.none() && !by_expression_;
  }
  // The bits of the parcel's selected rows that pass, as a mask of the whole block.
  // all: every selected row passes; the mask is then left alone.
  struct Verdict {
    std::vector<std::uint64_t> mask;
    std::uint32_t passed{0};
    bool all{true};
  };
  [[nodiscard]] Verdict judge(const queue::Parcel& parcel) const;

 private:
  struct Names {
    PatternList pass, drop;
    [[nodiscard]] bool none() const { return pass.empty() && drop.empty(); }
    [[nodiscard]] bool matches(std::string_view name) const;
  };
  struct TagRule {
    std::string key;
    PatternList values;
  };
  struct TagRules {
    std::vector<TagRule> pass, drop;
    [[nodiscard]] bool none() const { return pass.empty() && drop.empty(); }
  };
  class Judge;
  class Question;
  explicit Select(Site site) : site_(std::move(site)) {}
  Site site_;
  Names by_name_;
  TagRules by_tag_;
  std::shared_ptr<const cel::Expression> by_expression_;
};

class Modify {
 public:
  static Result<Modify> compile(const config::FilterSettings& settings);
  [[nodiscard]] bool changes_nothing() const { return !fields_ && !tags_; }
  // Applies to the editor's rows; drops those that lose their last field.
  void apply(editor& rows) const;

 private:
  struct Keys {
    PatternList include, exclude;
    [[nodiscard]] bool keeps(std::string_view key) const {
      return (include.empty() || include.matches(key)) &&
             (exclude.empty() || !exclude.matches(key));
    }
  };
  void apply_to_fields(editor& rows) const;
  void apply_to_tags(editor& rows) const;
  Keys field_keys_, tag_keys_;
  bool fields_{false}, tags_{false};
};

// name_override, then name_prefix and name_suffix.
class Rename {
 public:
  explicit Rename(config::NameSettings settings) : settings_(std::move(settings)) {}
  [[nodiscard]] bool changes_nothing() const {
    return settings_.name_override.empty() && settings_.name_prefix.empty() &&
           settings_.name_suffix.empty();
  }
  void apply(editor& rows) const;

 private:
  config::NameSettings settings_;
};

}  // namespace weir::pipeline
