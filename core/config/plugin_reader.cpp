#include "core/config/plugin_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/nearest.hpp"
#include "core/config/delivery.hpp"
#include "core/config/digest.hpp"
#include "core/config/text.hpp"
#include "core/config/toml_value.hpp"
#include "sdk/check/kinds.hpp"

namespace weir::config {
namespace {

constexpr const char* format_key = "data_format";
constexpr const char* usual_format = "influx";

bool has_flag(const weir_plugin* plugin, std::uint32_t flag) {
  return plugin != nullptr && (plugin->flags & flag) != 0;
}

}  // namespace

std::string section_of(std::uint16_t kind) { return std::string(check::kind_folder(kind)); }

std::string word_for(std::uint16_t kind) {
  const std::string_view folder = check::kind_folder(kind);
  return std::string(folder.substr(0, folder.size() - 1));
}

PluginReader::PluginReader(const Instance& instance, Values& values, PluginCatalog& catalog)
    : instance_(instance),
      values_(values),
      reporter_(values.reporter()),
      catalog_(catalog),
      table_(*instance.table),
      common_(table_, values),
      whose_(section_of(instance.kind) + '.' + instance.name),
      known_(common_names(instance.kind)) {}

std::string PluginReader::unknown_hint() {
  static const std::vector<std::string> sections{"agent",   "global_tags", "weir",       "inputs",
                                                 "outputs", "processors",  "aggregators"};
  const std::string section = instance_.bare ? nearest_name(instance_.name, sections) : "";
  if (!section.empty()) return "did you mean the section \"" + section + "\"?";
  return did_you_mean(instance_.name, catalog_.names(instance_.kind));
}

const weir_plugin* PluginReader::find_plugin() {
  const PluginCatalog::Found found = catalog_.find(instance_.kind, instance_.name);
  if (found.descriptor != nullptr) return found.descriptor;
  complete_ = false;
  const std::string name = word_for(instance_.kind) + ' ' + quote(instance_.name);
  const std::string why = found.why.empty() ? "" : ": " + found.why;
  if (found.missing) {
    reporter_.error(table_.node().at, "unknown " + name + why, unknown_hint());
  } else {
    reporter_.error(table_.node().at, "the " + name + " cannot be used" + why);
  }
  return nullptr;
}

void PluginReader::open(PluginSettings& plugin) {
  descriptor_ = find_plugin();
  plugin.descriptor = descriptor_;
  plugin.name = instance_.name;
  plugin.id = digest(whose_, table_.node());
  const At& at = table_.node().at;
  const auto [line, column] = reporter_.sources().file(at.file).position(at.offset);
  plugin.place = {at.file, line, column};
  if (descriptor_ != nullptr) {
    const Options options = options_of(*descriptor_);
    const std::vector<std::string> names = names_of(options);
    known_.insert(known_.end(), names.begin(), names.end());
    read_options(table_, options, whose_, values_, {plugin.options, plugin.option_places});
  }
  common_.text("alias", plugin.alias);
  common_.log_level(plugin.log_level);
  common_.filter(plugin.filter);
  common_.isolation();
  table_.take("labels");
}

// Everything that knows a key has had its turn: what is left is a mistake.
void PluginReader::close() {
  if (!complete_) return;
  pass_over_common(table_, whose_, reporter_);
  for (const Member& member : table_.node().members) {
    if (!table_.taken(member)) report_unknown(member, whose_, known_, reporter_);
  }
}

// A plugin with another usual format than line protocol declares the option with its own default.
std::string PluginReader::format_name() {
  std::string name;
  common_.text(format_key, name);
  if (!name.empty()) return name;
  for (const weir_opt* option : options_of(*descriptor_)) {
    if (option->name != std::string_view(format_key) || option->def == nullptr) continue;
    TomlFault fault;
    name = parse_toml_value(option->def, fault).text;
  }
  return name.empty() ? usual_format : name;
}

void PluginReader::refuse_format(std::uint16_t kind, const std::string& name,
                                 const PluginCatalog::Found& found) {
  complete_ = false;
  const Member* member = table_.take(format_key);
  const At at = member == nullptr ? table_.node().at : member->value.at;
  if (member != nullptr && member->value.from_environment) {
    reporter_.error(at, "unknown data_format: " + values_.shown(member->value) + " names none");
    return;
  }
  const std::string what = found.missing
                               ? "unknown data_format " + quote(name)
                               : "the " + word_for(kind) + ' ' + quote(name) + " cannot be used";
  reporter_.error(at, what + (found.why.empty() ? "" : ": " + found.why),
                  found.missing ? did_you_mean(name, catalog_.names(kind)) : "");
}

std::optional<FormatSettings> PluginReader::format(std::uint16_t kind, PluginSettings& plugin) {
  FormatSettings format;
  format.name = format_name();
  const PluginCatalog::Found found = catalog_.find(kind, format.name);
  format.descriptor = found.descriptor;
  if (found.descriptor == nullptr) return refuse_format(kind, format.name, found), std::nullopt;
  const Options options = options_of(*found.descriptor);
  const std::vector<std::string> names = names_of(options);
  known_.insert(known_.end(), names.begin(), names.end());
  read_options(table_, options, section_of(kind) + '.' + format.name, values_,
               {format.options, plugin.option_places});
  return format;
}

void PluginReader::loss(InputSettings& input) {
  std::string word;
  const Member* member = table_.take("on_loss");
  if (member != nullptr && values_.choice(member->value, "on_loss", {"ack", "nack"}, word)) {
    input.on_loss_nack = word == "nack";
  }
  common_.positive_count("max_series", input.max_series);
}

InputSettings PluginReader::input() {
  InputSettings input;
  open(input);
  input.interval_ns = common_.nonzero_duration("interval");
  input.precision_ns = common_.nonzero_duration("precision");
  input.collection_jitter_ns = common_.duration("collection_jitter");
  input.collection_offset_ns = common_.nonzero_duration("collection_offset");
  common_.names(input.names);
  common_.tags(input.tags);
  common_.startup_error_behavior(true, input.startup_error_behavior);
  loss(input);
  if (has_flag(descriptor_, WEIR_EMITS_RAW)) input.parser = format(WEIR_PARSER, input);
  close();
  return input;
}

ProcessorSettings PluginReader::processor() {
  ProcessorSettings processor;
  open(processor);
  common_.order(processor.order);
  if (has_flag(descriptor_, WEIR_EMITS_RAW)) processor.parser = format(WEIR_PARSER, processor);
  if (has_flag(descriptor_, WEIR_WANTS_BYTES)) {
    processor.serializer = format(WEIR_SERIALIZER, processor);
  }
  close();
  return processor;
}

AggregatorSettings PluginReader::aggregator() {
  AggregatorSettings aggregator;
  open(aggregator);
  if (const auto period = common_.duration("period")) aggregator.period_ns = *period;
  if (const auto delay = common_.duration("delay")) aggregator.delay_ns = *delay;
  if (const auto grace = common_.duration("grace")) aggregator.grace_ns = *grace;
  if (aggregator.period_ns == 0) {
    reporter_.error(table_.take("period")->value.at, "\"period\" must be longer than 0");
  }
  common_.flag("drop_original", aggregator.drop_original);
  common_.names(aggregator.names);
  common_.tags(aggregator.tags);
  close();
  return aggregator;
}

OutputSettings PluginReader::output(const AgentSettings& agent) {
  OutputSettings output;
  open(output);
  output.metric_batch_size = agent.metric_batch_size;
  output.metric_buffer_limit = agent.metric_buffer_limit;
  output.flush_interval_ns = common_.nonzero_duration("flush_interval");
  output.flush_jitter_ns = common_.nonzero_duration("flush_jitter");
  common_.positive_count("metric_batch_size", output.metric_batch_size);
  common_.positive_count("metric_buffer_limit", output.metric_buffer_limit);
  common_.names(output.names);
  common_.startup_error_behavior(false, output.startup_error_behavior);
  if (descriptor_ != nullptr && descriptor_->max_in_flight > 1) {
    output.delivery.max_in_flight = descriptor_->max_in_flight;
  }
  if (agent.buffer_on_disk) {
    output.delivery.queue = QueueKind::disk;
    output.delivery.power = agent.buffer_disk_sync;
  }
  if (const Member* member = table_.take("delivery")) {
    read_delivery(member->value, whose_, values_, output.delivery);
  }
  if (has_flag(descriptor_, WEIR_WANTS_BYTES)) output.serializer = format(WEIR_SERIALIZER, output);
  output.destination = destination();
  close();
  return output;
}

std::string PluginReader::destination() const {
  if (descriptor_ == nullptr) return {};
  Node where;
  where.kind = Node::Kind::table;
  bool any = false;
  for (const weir_opt* option : options_of(*descriptor_)) {
    if ((option->flags & WEIR_CF_DESTINATION) == 0) continue;
    any = true;
    const Member* member = table_.node().find(option->name);
    if (member != nullptr) where.members.push_back(*member);
  }
  return any ? digest(whose_, where) : std::string();
}

}  // namespace weir::config
