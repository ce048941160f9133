#include "core/pipeline/filter.hpp"

#include <optional>
#include <utility>

#include <weir/editor.hpp>

#include "core/cel/expression.hpp"

namespace weir::pipeline {
namespace {

// Compiles lists one after the other and remembers the first error.
class Compiler {
 public:
  PatternList list(const std::vector<std::string>& patterns, std::string_view separators = {}) {
    auto made = PatternList::compile(patterns, separators);
    if (made.ok()) return std::move(made).value();
    if (error_.message.empty()) error_ = made.error();
    return {};
  }
  [[nodiscard]] bool failed() const { return !error_.message.empty(); }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_{};
};

// A decision that is made once per id of a batch.
class Memo {
 public:
  explicit Memo(std::uint32_t n) : known_(n, 0) {}
  template <typename F>
  bool operator()(std::uint32_t id, F&& decide) {
    if (known_[id] == 0) known_[id] = decide() ? yes : no;
    return known_[id] == yes;
  }

 private:
  static constexpr char yes = 1;
  static constexpr char no = 2;
  std::vector<char> known_;
};

}  // namespace

bool Select::Names::matches(std::string_view name) const {
  return (pass.empty() || pass.matches(name)) && (drop.empty() || !drop.matches(name));
}

Result<Select> Select::compile(const config::FilterSettings& settings, Site site) {
  Compiler compile;
  Select made(std::move(site));
  made.by_name_.pass = compile.list(settings.namepass, settings.namepass_separator);
  made.by_name_.drop = compile.list(settings.namedrop, settings.namedrop_separator);
  for (const auto& rule : settings.tagpass) {
    made.by_tag_.pass.push_back({rule.key, compile.list(rule.patterns)});
  }
  for (const auto& rule : settings.tagdrop) {
    made.by_tag_.drop.push_back({rule.key, compile.list(rule.patterns)});
  }
  if (compile.failed()) return compile.error();
  if (settings.metricpass.empty()) return made;
  cel::Fault fault;
  made.by_expression_ = cel::Expression::compile(settings.metricpass, fault);
  if (!made.by_expression_) return Error{ErrorKind::bad_config, "metricpass: " + fault.message};
  return made;
}

// metricpass, asked for the rows of one parcel.
class Select::Question {
 public:
  Question(const cel::Expression& expression, const block& home, std::int64_t now_ns)
      : evaluator_(expression, now_ns),
        of_series_(!expression.needs().of_row()),
        home_(home),
        known_(of_series_ ? home.head().n_tags + 1 : 0) {}

  bool passes(const weir_row& r) {
    if (!of_series_) return ask(r);
    // Rows without tags share the last place.
    Known& known = known_[r.n_tag == 0 ? known_.size() - 1 : r.tag0];
    if (!known.asked || known.name != r.name || known.n_tag != r.n_tag) {
      known = {r.name, r.n_tag, true, ask(r)};
    }
    return known.passes;
  }
  // Why rows failed; empty: none did.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  struct Known {  // The answer to a series.
    std::uint32_t name{0};
    std::uint16_t n_tag{0};
    bool asked{false}, passes{false};
  };
  bool ask(const weir_row& r) {
    const cel::Answer answer = evaluator_.ask(row(home_, r));
    if (answer == cel::Answer::failed && failure_.empty()) failure_ = evaluator_.failure();
    return answer != cel::Answer::no;
  }
  cel::Evaluator evaluator_;
  const bool of_series_;
  block home_;
  std::vector<Known> known_;
  std::string failure_;
};

// One pass over one parcel.
class Select::Judge {
 public:
  Judge(const Select& select, const queue::Parcel& parcel)
      : select_(select),
        block_(parcel.block.batch()),
        names_(select.by_name_.none() ? 0 : block_.head().n_strs),
        ranges_(select.by_tag_.none() ? 0 : block_.head().n_tags) {
    if (!select.by_expression_) return;
    question_.emplace(*select.by_expression_, block_, select.site_.clock.wall_ns());
  }

  bool passes(const weir_row& r) {
    if (!select_.by_name_.none() &&
        !names_(r.name, [&] { return select_.by_name_.matches(block_.str(r.name)); })) {
      return false;
    }
    if (!select_.by_tag_.none() && !range_passes(r)) return false;
    return !question_ || question_->passes(r);
  }
  // What metricpass could not answer passes, and is said.
  void finish() const {
    if (!question_ || question_->failure().empty()) return;
    select_.site_.log.error("metricpass lets metrics pass for which it fails: " +
                            question_->failure());
  }

 private:
  bool range_passes(const weir_row& r) {
    if (r.n_tag == 0) return tags_pass(r);
    return ranges_(r.tag0, [&] { return tags_pass(r); });
  }
  bool any_rule(const std::vector<TagRule>& rules, const weir_row& r) const {
    const row view(block_, r);
    for (const auto& rule : rules) {
      const std::string_view value = view.tag(rule.key);
      if (value.data() != nullptr && rule.values.matches(value)) return true;
    }
    return false;
  }
  bool tags_pass(const weir_row& r) const {
    const auto& rules = select_.by_tag_;
    return (rules.pass.empty() || any_rule(rules.pass, r)) &&
           (rules.drop.empty() || !any_rule(rules.drop, r));
  }
  const Select& select_;
  block block_;
  Memo names_, ranges_;
  std::optional<Question> question_;
};

Select::Verdict Select::judge(const queue::Parcel& parcel) const {
  Verdict verdict;
  if (passes_all()) {
    verdict.passed = parcel.count();
    return verdict;
  }
  Judge judge(*this, parcel);
  verdict.mask.assign(words(parcel.row0 + parcel.n_rows), 0);
  const weir_row* rows = block(parcel.block.batch()).rows();
  const std::uint64_t* chosen = parcel.mask_bits();
  for (std::uint32_t r = parcel.row0; r < parcel.row0 + parcel.n_rows; ++r) {
    if (chosen != nullptr && !bit(chosen, r)) continue;
    if (judge.passes(rows[r])) {
      set_bit(verdict.mask.data(), r);
      ++verdict.passed;
    } else {
      verdict.all = false;
    }
  }
  judge.finish();
  return verdict;
}

Result<Modify> Modify::compile(const config::FilterSettings& settings) {
  Compiler compile;
  Modify made;
  made.field_keys_ = {compile.list(settings.fieldinclude), compile.list(settings.fieldexclude)};
  made.tag_keys_ = {compile.list(settings.taginclude), compile.list(settings.tagexclude)};
  if (compile.failed()) return compile.error();
  made.fields_ = !settings.fieldinclude.empty() || !settings.fieldexclude.empty();
  made.tags_ = !settings.taginclude.empty() || !settings.tagexclude.empty();
  return made;
}

void Modify::apply(editor& rows) const {
  if (fields_) apply_to_fields(rows);
  if (tags_) apply_to_tags(rows);
}

void Modify::apply_to_fields(editor& rows) const {
  Memo memo(rows.head().n_strs);
  const auto keeps = [&](std::uint32_t key) {
    return memo(key, [&] { return field_keys_.keeps(rows.str(key)); });
  };
  rows.each_row([&](std::uint32_t r) {
    for (std::size_t i = rows.at(r).raw().n_field; i-- > 0;) {
      if (!keeps(rows.field_at(r, i).key)) rows.remove_field(r, i);
    }
    if (rows.at(r).raw().n_field == 0) rows.drop(r);
  });
}

void Modify::apply_to_tags(editor& rows) const {
  Memo memo(rows.head().n_strs);
  const auto keeps = [&](std::uint32_t key) {
    return memo(key, [&] { return tag_keys_.keeps(rows.str(key)); });
  };
  rows.each_tag_range([&](weir::detail::pod_vector<weir_tag>& tags) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < tags.size(); ++i) {
      if (keeps(tags[i].key)) tags[kept++] = tags[i];
    }
    const bool change = kept != tags.size();
    tags.resize_down(kept);
    return change;
  });
}

void Rename::apply(editor& rows) const {
  if (changes_nothing()) return;
  std::string made;
  rows.each_name([&](std::string_view old) {
    made = settings_.name_prefix;
    made += settings_.name_override.empty() ? old : std::string_view(settings_.name_override);
    made += settings_.name_suffix;
    return &made;
  });
}

}  // namespace weir::pipeline
