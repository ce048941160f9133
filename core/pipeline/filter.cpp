#include "core/pipeline/filter.hpp"

#include <utility>

#include <weir/editor.hpp>

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

Result<Select> Select::compile(const config::FilterSettings& settings) {
  Compiler compile;
  Select made;
  made.by_name_.pass = compile.list(settings.namepass, settings.namepass_separator);
  made.by_name_.drop = compile.list(settings.namedrop, settings.namedrop_separator);
  for (const auto& rule : settings.tagpass) {
    made.by_tag_.pass.push_back({rule.key, compile.list(rule.patterns)});
  }
  for (const auto& rule : settings.tagdrop) {
    made.by_tag_.drop.push_back({rule.key, compile.list(rule.patterns)});
  }
  if (compile.failed()) return compile.error();
  return made;
}

// One pass over one parcel.
class Select::Judge {
 public:
  Judge(const Select& select, const queue::Parcel& parcel)
      : select_(select),
        block_(parcel.block.batch()),
        names_(select.by_name_.none() ? 0 : block_.head().n_strs),
        ranges_(select.by_tag_.none() ? 0 : block_.head().n_tags) {}

  bool passes(const weir_row& r) {
    if (!select_.by_name_.none() &&
        !names_(r.name, [&] { return select_.by_name_.matches(block_.str(r.name)); })) {
      return false;
    }
    if (select_.by_tag_.none()) return true;
    if (r.n_tag == 0) return tags_pass(r);
    return ranges_(r.tag0, [&] { return tags_pass(r); });
  }

 private:
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
