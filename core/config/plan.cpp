#include "core/config/plan.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>

#include "core/config/text.hpp"

namespace weir::config {
namespace {

using Reasons = std::vector<std::string>;
struct Look {  // At one group of settings.
  const char* what;
  bool same;
};

void add(Reasons& reasons, std::initializer_list<Look> looks) {
  for (const Look& look : looks) {
    if (!look.same) reasons.emplace_back(look.what);
  }
}

void compare_plugins(const PluginSettings& a, const PluginSettings& b, Reasons& reasons) {
  add(reasons, {{"plugin", a.descriptor == b.descriptor},
                {"alias", a.alias == b.alias},
                {"options", a.options == b.options},
                {"filter", a.filter == b.filter},
                {"log_level", a.log_level == b.log_level}});
}

bool same_schedule(const InputSettings& a, const AgentSettings& x, const InputSettings& b,
                   const AgentSettings& y) {
  return a.interval_ns.value_or(x.interval_ns) == b.interval_ns.value_or(y.interval_ns) &&
         a.collection_jitter_ns.value_or(x.collection_jitter_ns) ==
             b.collection_jitter_ns.value_or(y.collection_jitter_ns) &&
         a.collection_offset_ns.value_or(x.collection_offset_ns) ==
             b.collection_offset_ns.value_or(y.collection_offset_ns) &&
         x.round_interval == y.round_interval;
}

bool same_precision(const InputSettings& a, const AgentSettings& x, const InputSettings& b,
                    const AgentSettings& y) {
  const std::int64_t own = a.precision_ns.value_or(0);
  return own == b.precision_ns.value_or(0) && (own > 0 || x.precision_ns == y.precision_ns);
}

Reasons compare(const InputSettings& a, const Settings& x, const InputSettings& b,
                const Settings& y) {
  Reasons reasons;
  compare_plugins(a, b, reasons);
  add(reasons,
      {{"interval", same_schedule(a, x.agent, b, y.agent)},
       {"precision", same_precision(a, x.agent, b, y.agent)},
       {"name", a.names == b.names},
       {"tags", a.tags == b.tags},
       {"global_tags", x.global_tags == y.global_tags},
       {"always_include",
        x.agent.always_include_local_tags == y.agent.always_include_local_tags &&
            x.agent.always_include_global_tags == y.agent.always_include_global_tags},
       {"startup_error_behavior", a.startup_error_behavior == b.startup_error_behavior},
       {"on_loss", a.on_loss_nack == b.on_loss_nack},
       {"max_series", a.max_series == b.max_series},
       {"data_format", a.parser == b.parser},
       {"max_record_bytes", !a.parser || x.weir.max_record_bytes == y.weir.max_record_bytes}});
  return reasons;
}

Reasons compare(const ProcessorSettings& a, const Settings&, const ProcessorSettings& b,
                const Settings&) {
  Reasons reasons;
  compare_plugins(a, b, reasons);
  add(reasons, {{"data_format", a.parser == b.parser && a.serializer == b.serializer}});
  return reasons;
}

Reasons compare(const AggregatorSettings& a, const Settings& x, const AggregatorSettings& b,
                const Settings& y) {
  Reasons reasons;
  compare_plugins(a, b, reasons);
  add(reasons,
      {{"window", a.period_ns == b.period_ns && a.delay_ns == b.delay_ns &&
                      a.grace_ns == b.grace_ns && x.agent.round_interval == y.agent.round_interval},
       {"drop_original", a.drop_original == b.drop_original},
       {"name", a.names == b.names},
       {"tags", a.tags == b.tags}});
  return reasons;
}

bool same_flush(const OutputSettings& a, const AgentSettings& x, const OutputSettings& b,
                const AgentSettings& y) {
  return a.flush_interval_ns.value_or(x.flush_interval_ns) ==
             b.flush_interval_ns.value_or(y.flush_interval_ns) &&
         a.flush_jitter_ns.value_or(x.flush_jitter_ns) ==
             b.flush_jitter_ns.value_or(y.flush_jitter_ns);
}

Reasons compare(const OutputSettings& a, const Settings& x, const OutputSettings& b,
                const Settings& y) {
  const bool named = a.delivery.queue != QueueKind::memory || b.delivery.queue != QueueKind::memory;
  Reasons reasons;
  compare_plugins(a, b, reasons);
  add(reasons, {{"flush_interval", same_flush(a, x.agent, b, y.agent)},
                {"batch", a.metric_batch_size == b.metric_batch_size},
                {"buffer", a.metric_buffer_limit == b.metric_buffer_limit},
                {"name", a.names == b.names},
                {"startup_error_behavior", a.startup_error_behavior == b.startup_error_behavior},
                {"delivery", a.delivery == b.delivery},
                {"queue", !named || a.queue_name == b.queue_name},
                {"data_format", a.serializer == b.serializer}});
  return reasons;
}

// Which of the list without an alias and of that name it is.
template <typename P>
std::string name_of(const char* kind, const std::vector<P>& all, std::size_t at) {
  const P& one = all[at];
  const std::string plain = std::string(kind) + "." + one.name;
  if (!one.alias.empty()) return plain + "::" + one.alias;
  const auto number =
      std::count_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at),
                    [&](const P& p) { return p.alias.empty() && p.name == one.name; });
  return number == 0 ? plain : plain + "#" + std::to_string(number + 1);
}

template <typename P>
class Diff {
 public:
  Diff(const char* kind, const Settings& x, const std::vector<P>& before, const Settings& y,
       const std::vector<P>& after)
      : kind_(kind), x_(x), before_(before), y_(y), after_(after), taken_(before.size(), false) {}

  Changes run() {
    for (std::size_t i = 0; i < after_.size(); ++i) {
      changes_.push_back({Change::What::added, name_of(kind_, after_, i), {}, Change::none, i});
    }
    pair([this](std::size_t b, std::size_t a) { return same_name(b, a) && equal(b, a); });
    pair([this](std::size_t b, std::size_t a) {
      return before_[b].alias.empty() && after_[a].alias.empty() && equal(b, a);
    });
    pair([this](std::size_t b, std::size_t a) { return same_name(b, a); });
    for (std::size_t b = 0; b < before_.size(); ++b) {
      if (taken_[b]) continue;
      changes_.push_back({Change::What::removed, name_of(kind_, before_, b), {}, b, Change::none});
    }
    return std::move(changes_);
  }

 private:
  [[nodiscard]] bool same_name(std::size_t b, std::size_t a) const {
    return name_of(kind_, before_, b) == changes_[a].name;
  }
  [[nodiscard]] bool equal(std::size_t b, std::size_t a) const {
    return before_[b].name == after_[a].name && compare(before_[b], x_, after_[a], y_).empty();
  }
  // Those that are still alone and belong together.
  void pair(const std::function<bool(std::size_t, std::size_t)>& belong) {
    for (std::size_t a = 0; a < after_.size(); ++a) {
      Change& change = changes_[a];
      for (std::size_t b = 0; b < before_.size() && change.before == Change::none; ++b) {
        if (taken_[b] || !belong(b, a)) continue;
        taken_[b] = true;
        change.before = b;
        change.because = compare(before_[b], x_, after_[a], y_);
        change.what = change.because.empty() ? Change::What::same : Change::What::changed;
      }
    }
  }

  const char* const kind_;
  const Settings& x_;
  const std::vector<P>& before_;
  const Settings& y_;
  const std::vector<P>& after_;
  std::vector<bool> taken_;
  Changes changes_;
};

template <typename P>
Changes diff(const char* kind, const Settings& x, const Settings& y,
             std::vector<P> Settings::* list) {
  return Diff<P>(kind, x, x.*list, y, y.*list).run();
}

Reasons keys_for_restart(const Settings& x, const Settings& y) {
  const WeirSettings& a = x.weir;
  const WeirSettings& b = y.weir;
  Reasons keys;
  add(keys,
      {{"[weir] memory_limit", a.memory_limit_bytes == b.memory_limit_bytes},
       {"[weir] threads", a.threads == b.threads},
       {"[weir] pin", a.pin == b.pin},
       {"[weir] max_hung", a.max_hung == b.max_hung},
       {"[weir] state_directory", a.state_directory == b.state_directory},
       {"[weir] admin", a.admin == b.admin},
       {"[weir] admin_token_file", a.admin_token_file == b.admin_token_file},
       {"[agent] log settings", x.agent.log == y.agent.log && x.agent.debug == y.agent.debug &&
                                    x.agent.quiet == y.agent.quiet}});
  return keys;
}

std::vector<const Changes*> lists(const Plan& plan) {
  return {&plan.inputs, &plan.processors, &plan.aggregators, &plan.aggregate_processors,
          &plan.outputs};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ",") + json_quote(text);
  return "[" + all + "]";
}

}  // namespace

Plan make_plan(const Settings& before, const Settings& after) {
  return {diff("inputs", before, after, &Settings::inputs),
          diff("processors", before, after, &Settings::processors),
          diff("processors", before, after, &Settings::aggregate_processors),
          diff("aggregators", before, after, &Settings::aggregators),
          diff("outputs", before, after, &Settings::outputs),
          keys_for_restart(before, after)};
}

const char* change_name(Change::What what) {
  switch (what) {
    case Change::What::same: return "same";
    case Change::What::changed: return "changed";
    case Change::What::added: return "added";
    case Change::What::removed: break;
  }
  return "removed";
}

std::string plan_sums(const Plan& plan) {
  std::size_t sums[4] = {};
  for (const Changes* list : lists(plan)) {
    for (const Change& change : *list) ++sums[static_cast<std::size_t>(change.what)];
  }
  return std::to_string(sums[1]) + " changed, " + std::to_string(sums[2]) + " added, " +
         std::to_string(sums[3]) + " removed, " + std::to_string(sums[0]) + " left alone";
}

std::string plan_text(const Plan& plan) {
  std::string text;
  for (const Changes* list : lists(plan)) {
    for (const Change& change : *list) {
      std::string word = change_name(change.what);
      word.resize(9, ' ');
      text += word + change.name;
      if (!change.because.empty()) text += "  (" + joined(change.because) + ")";
      text += '\n';
    }
  }
  if (!plan.restart.empty()) {
    text += "a restart of the agent puts into effect: " + joined(plan.restart) + "\n";
  }
  return text + plan_sums(plan) + "\n";
}

std::string plan_json(const Plan& plan) {
  std::string all;
  for (const Changes* list : lists(plan)) {
    for (const Change& change : *list) {
      all += (all.empty() ? "" : ",");
      all += "{\"instance\":" + json_quote(change.name) + ",\"change\":\"" +
             change_name(change.what) + "\",\"because\":" + json_list(change.because) + "}";
    }
  }
  return "{\"instances\":[" + all + "],\"restart\":" + json_list(plan.restart) + "}";
}

}  // namespace weir::config
