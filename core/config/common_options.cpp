#include "core/config/common_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/glob.hpp"
#include "core/base/units.hpp"
#include "core/cel/expression.hpp"
#include "core/config/agent.hpp"

namespace weir::config {
namespace {

using Kind = Node::Kind;

// Names with blanks around each.
constexpr std::string_view of_all =
    " alias log_level labels namepass namepass_separator namedrop namedrop_separator tagpass "
    "tagdrop"
    " metricpass fieldinclude fieldexclude taginclude tagexclude isolation data_format"
    " startup_error_behavior ";
constexpr std::string_view of_inputs =
    " interval precision collection_jitter collection_offset name_override name_prefix name_suffix"
    " tags on_loss max_series ";
constexpr std::string_view of_processors = " order ";
constexpr std::string_view of_aggregators =
    " period delay grace drop_original name_override name_prefix name_suffix tags ";
constexpr std::string_view of_outputs =
    " flush_interval flush_jitter metric_batch_size metric_buffer_limit name_override name_prefix"
    " name_suffix delivery ";
// Telegraf takes these on every plugin, whether it uses them or not.
constexpr std::string_view anywhere =
    " alias always_include_local_tags buffer_strategy buffer_directory buffer_disk_sync"
    " collection_jitter collection_offset data_format delay drop drop_original fielddrop"
    " fieldexclude fieldinclude fieldpass flush_interval flush_jitter grace interval log_level lvm"
    " metric_batch_size metric_buffer_limit metricpass name_override name_prefix name_suffix"
    " namedrop namedrop_separator namepass namepass_separator order pass period precision tagdrop"
    " tagexclude taginclude tagpass tags startup_error_behavior labels id data_type"
    " influx_parser_type ";

bool holds(std::string_view names, const std::string& name) {
  return names.find(' ' + name + ' ') != std::string_view::npos;
}

void append(std::vector<std::string>& list, std::string_view names) {
  for (std::size_t at = 1; at < names.size();) {
    const std::size_t end = names.find(' ', at);
    list.emplace_back(names.substr(at, end - at));
    at = end + 1;
  }
}

std::optional<bool> parse_bool(const std::string& text) {
  if (holds(" 1 t T TRUE true True ", text)) return true;
  if (holds(" 0 f F FALSE false False ", text)) return false;
  return std::nullopt;
}

}  // namespace

const Node* CommonOptions::take(const char* name) {
  const Member* member = table_.take(name);
  return member == nullptr ? nullptr : &member->value;
}

void CommonOptions::ignored(const Node& node, const char* name, const char* expected) {
  values_.reporter().warning(node.at, quote(name) + " is ignored: it must be " + expected +
                                          ", not " + describe(node.kind));
}

void CommonOptions::text(const char* name, std::string& target) {
  const Node* node = take(name);
  if (node == nullptr) return;
  if (node->is(Kind::string)) {
    target = node->text;
  } else {
    ignored(*node, name, "a string");
  }
}

std::optional<std::int64_t> CommonOptions::duration(const char* name) {
  const Node* node = take(name);
  if (node == nullptr) return std::nullopt;
  if (!node->is(Kind::string)) {
    ignored(*node, name, "a string such as \"10s\"");
    return std::nullopt;
  }
  if (node->text.empty()) {
    values_.reporter().error(node->at, quote(name) + " is empty",
                             "leave it out, or write a duration such as \"10s\"");
    return std::nullopt;
  }
  const Result<std::int64_t> ns = parse_go_duration(node->text);
  if (ns.ok() && ns.value() >= 0) return ns.value();
  const Result<std::int64_t> meant = parse_duration(node->text);
  values_.reporter().error(
      node->at,
      ns.ok() ? quote(name) + " must not be negative"
              : values_.shown(*node) + " is not a duration for " + quote(name),
      ns.ok() || !meant.ok() ? "" : "write " + quote(print_duration(meant.value())));
  return std::nullopt;
}

std::optional<std::int64_t> CommonOptions::nonzero_duration(const char* name) {
  const auto ns = duration(name);
  return ns && *ns == 0 ? std::nullopt : ns;
}

void CommonOptions::positive_count(const char* name, std::int64_t& target) {
  const Node* node = take(name);
  if (node == nullptr) return;
  if (!node->is(Kind::integer) && !node->from_environment) {
    return ignored(*node, name, "an integer");
  }
  std::int64_t count = 0;
  if (!values_.integer(*node, name, count)) return;
  if (count < 0) values_.reporter().error(node->at, quote(name) + " must not be negative");
  if (count > 0) target = count;
}

void CommonOptions::flag(const char* name, bool& target) {
  const Node* node = take(name);
  if (node == nullptr) return;
  const auto word = node->is(Kind::string) ? parse_bool(node->text) : std::nullopt;
  if (word) {
    target = *word;
  } else {
    values_.boolean(*node, name, target);
  }
}

void CommonOptions::names(NameSettings& names) {
  text("name_override", names.name_override);
  text("name_prefix", names.name_prefix);
  text("name_suffix", names.name_suffix);
}

void CommonOptions::tags(Tags& tags) {
  if (const Node* node = take("tags")) read_tags(*node, "tags", values_, tags);
}

void CommonOptions::order(std::int64_t& order) {
  if (const Node* node = take("order")) values_.integer(*node, "order", order);
}

void CommonOptions::append_patterns(const Node& node, const std::string& name,
                                    std::vector<std::string>& target) {
  if (!node.is(Kind::array)) {
    values_.refuse(node, name, "a list of strings", node.is(Kind::string) ? "put it in [ ]" : "");
    return;
  }
  std::vector<std::string> written;
  for (const Node& item : node.items) {
    if (item.is(Kind::string)) {
      written.push_back(item.text);
    } else {
      ignored(item, name.c_str(), "a list of strings");
    }
  }
  const Result<PatternList> list = PatternList::compile(written);
  if (!list.ok()) {
    const bool foreign = std::any_of(node.items.begin(), node.items.end(),
                                     [](const Node& item) { return item.from_environment; });
    values_.reporter().error(
        node.at, foreign ? "a pattern of " + quote(name) + " is not valid" : list.error().message);
  }
  target.insert(target.end(), written.begin(), written.end());
}

void CommonOptions::patterns(const char* name, std::vector<std::string>& target) {
  if (const Node* node = take(name)) append_patterns(*node, name, target);
}

void CommonOptions::old_patterns(const char* name, const char* now,
                                 std::vector<std::string>& target) {
  const Node* node = take(name);
  if (node == nullptr) return;
  values_.reporter().warning(node->at, quote(name) + " is the old name of " + quote(now));
  append_patterns(*node, name, target);
}

void CommonOptions::tag_patterns(const char* name, std::vector<TagPatterns>& target) {
  const Node* node = take(name);
  if (node == nullptr) return;
  if (!node->is(Kind::table)) {
    values_.refuse(*node, name, "a table of tags, each with a list of patterns",
                   std::string(name) + " = {host = [\"a*\"]}");
    return;
  }
  for (const Member& member : node->members) {
    TagPatterns entry{member.key.name, {}};
    append_patterns(member.value, std::string(name) + '.' + member.key.name, entry.patterns);
    target.push_back(std::move(entry));
  }
}

void CommonOptions::filter(FilterSettings& filter) {
  patterns("namepass", filter.namepass);
  patterns("namedrop", filter.namedrop);
  text("namepass_separator", filter.namepass_separator);
  text("namedrop_separator", filter.namedrop_separator);
  old_patterns("pass", "fieldinclude", filter.fieldinclude);
  old_patterns("fieldpass", "fieldinclude", filter.fieldinclude);
  patterns("fieldinclude", filter.fieldinclude);
  old_patterns("drop", "fieldexclude", filter.fieldexclude);
  old_patterns("fielddrop", "fieldexclude", filter.fieldexclude);
  patterns("fieldexclude", filter.fieldexclude);
  tag_patterns("tagpass", filter.tagpass);
  tag_patterns("tagdrop", filter.tagdrop);
  patterns("taginclude", filter.taginclude);
  patterns("tagexclude", filter.tagexclude);
  expression("metricpass", filter.metricpass);
}

void CommonOptions::expression(const char* name, std::string& target) {
  text(name, target);
  if (target.empty()) return;
  const Node& node = *take(name);
  cel::Fault fault;
  if (cel::Expression::compile(target, fault)) return;
  if (node.from_environment) {
    values_.reporter().error(node.at, quote(name) + " is not a valid expression");
  } else {
    values_.reporter().error(values_.piece(node, fault.offset, fault.length),
                             quote(name) + ": " + fault.message, fault.hint);
  }
}

void CommonOptions::log_level(std::optional<LogLevel>& level) {
  std::string word;
  text("log_level", word);
  if (word.empty()) return;
  if (const auto found = log_level_of(word)) {
    level = found;
    return;
  }
  const Node& node = *take("log_level");
  values_.reporter().warning(node.at, values_.shown(node) + " is no log level and is ignored",
                             "error, warn, info, debug or trace");
}

void CommonOptions::startup_error_behavior(bool probe, StartupErrorBehavior& behavior) {
  const Node* node = take("startup_error_behavior");
  std::vector<std::string> words{"error", "retry", "ignore"};
  if (probe) words.emplace_back("probe");
  std::string word;
  if (node == nullptr || (node->is(Kind::string) && node->text.empty())) return;
  if (!values_.choice(*node, "startup_error_behavior", words, word)) return;
  behavior = word == "error"    ? StartupErrorBehavior::error
             : word == "retry"  ? StartupErrorBehavior::retry
             : word == "ignore" ? StartupErrorBehavior::ignore
                                : StartupErrorBehavior::probe;
}

void CommonOptions::isolation() {
  const Node* node = take("isolation");
  std::string word;
  if (node == nullptr ||
      !values_.choice(*node, "isolation", {"inproc", "process", "sandbox"}, word)) {
    return;
  }
  if (word == "inproc") return;
  values_.reporter().error(node->at,
                           "\"isolation\" = " + quote(word) + " is not supported by this version",
                           "leave it out, or set it to \"inproc\"");
}

std::vector<std::string> common_names(std::uint16_t kind) {
  std::vector<std::string> names;
  append(names, of_all);
  switch (kind) {
    case WEIR_INPUT: append(names, of_inputs); break;
    case WEIR_PROCESSOR: append(names, of_processors); break;
    case WEIR_AGGREGATOR: append(names, of_aggregators); break;
    default: append(names, of_outputs);
  }
  return names;
}

void pass_over_common(TableView& table, const std::string& whose, Reporter& reporter) {
  for (const Member& member : table.node().members) {
    if (table.taken(member)) continue;
    if (!holds(anywhere, member.key.name)) continue;
    table.mark(member);
    reporter.warning(member.key.at, quote(member.key.name) + " has no effect on " + whose);
  }
}

}  // namespace weir::config
