#include "core/config/agent.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/config/admin_address.hpp"
#include "core/config/section.hpp"

namespace weir::config {
namespace {

constexpr std::int64_t batch_size_default = 1000;
constexpr std::int64_t buffer_limit_default = 10000;

using A = AgentSettings;
using W = WeirSettings;

template <auto M, std::int64_t Usual>
void count_or_default(const Node& node, std::string_view name, Values& values, A& agent) {
  integer_from(node, values, name, 0, agent.*M);
  if (agent.*M == 0) agent.*M = Usual;
}

template <auto M>
void log_text(const Node& node, std::string_view name, Values& values, A& agent) {
  values.string(node, name, agent.log.*M);
}

void log_format(const Node& node, std::string_view name, Values& values, A& agent) {
  std::string format;
  if (values.choice(node, name, {"text", "structured"}, format)) {
    agent.log.json = format == "structured";
  }
}

void log_interval(const Node& node, std::string_view name, Values& values, A& agent) {
  unsigned_duration(node, values, name, agent.log.rotation_interval_ns);
}

void log_archives(const Node& node, std::string_view name, Values& values, A& agent) {
  std::int64_t archives = agent.log.rotation_max_archives;
  integer_from(node, values, name, -1, archives);
  agent.log.rotation_max_archives =
      static_cast<int>(std::min<std::int64_t>(archives, std::numeric_limits<int>::max()));
}

void size_from(const Node& node, std::string_view name, Values& values, std::int64_t least,
               std::int64_t& target) {
  std::int64_t bytes = 0;
  if (!values.size(node, name, bytes)) return;
  if (bytes >= least) {
    target = bytes;
  } else {
    values.reporter().error(node.at, quote(name) + " must be at least " + std::to_string(least));
  }
}

void log_size(const Node& node, std::string_view name, Values& values, A& agent) {
  size_from(node, name, values, 0, agent.log.rotation_max_bytes);
}

void skip_after(const Node& node, std::string_view name, Values& values, A& agent) {
  bool skip = false;
  if (values.boolean(node, name, skip)) agent.skip_processors_after_aggregators = skip;
}

void buffer_strategy(const Node& node, std::string_view name, Values& values, A& agent) {
  std::string text;
  if (!values.choice(node, name, {"memory", "", "disk", "disk_write_through"}, text)) return;
  agent.buffer_on_disk = text.starts_with("disk");
}

void no_effect(const Node& node, std::string_view name, Values& values, A&) {
  values.reporter().warning(node.at, quote(name) + " has no effect in this version");
}

void obsolete(const Node& node, std::string_view name, Values& values, A&) {
  values.reporter().warning(node.at, quote(name) + " is deprecated and has no effect");
}

constexpr std::array<KeyRule<A>, 33> agent_rules{{
    {"interval", "\"10s\"", "How often inputs gather", true, positive<&A::interval_ns>},
    {"round_interval", "true", "Gather at multiples of the interval: with 10s at :00, :10, :20",
     true, flag<&A::round_interval>},
    {"precision", "\"0s\"",
     "Timestamps of gathered metrics are rounded to it; 0s: derived from the interval, at most 1s",
     true, not_negative<&A::precision_ns>},
    {"collection_jitter", "\"0s\"", "Each gather is late by a random time up to it", true,
     not_negative<&A::collection_jitter_ns>},
    {"collection_offset", "\"0s\"", "Each gather is late by it", true,
     not_negative<&A::collection_offset_ns>},
    {"flush_interval", "\"10s\"",
     "How often outputs write what a full batch did not cause to be written before", true,
     positive<&A::flush_interval_ns>},
    {"flush_jitter", "\"0s\"", "Each flush is late by a random time up to it", true,
     not_negative<&A::flush_jitter_ns>},
    {"metric_batch_size", "1000", "Metrics that an output is given at once", true,
     count_or_default<&A::metric_batch_size, batch_size_default>},
    {"metric_buffer_limit", "10000", "Metrics that are kept for an output that cannot write", true,
     count_or_default<&A::metric_buffer_limit, buffer_limit_default>},
    {"debug", "false", "Log debug messages", false, flag<&A::debug>},
    {"quiet", "false", "Log errors only", false, flag<&A::quiet>},
    {"logformat", "\"text\"", "text or structured, which is JSON", false, log_format},
    {"logfile", "\"\"", "File to log to; empty: the standard error stream", false,
     log_text<&LogSettings::file>},
    {"structured_log_message_key", "\"msg\"", "Key of the message in structured logs", false,
     log_text<&LogSettings::message_key>},
    {"logfile_rotation_interval", "\"0s\"", "Begin a new log file after this time; 0s: never",
     false, log_interval},
    {"logfile_rotation_max_size", "\"0B\"",
     "Begin a new log file when this one is as large; 0B: never", false, log_size},
    {"logfile_rotation_max_archives", "5", "Old log files to keep; -1: all", false, log_archives},
    {"log_with_timezone", "\"\"",
     "Time zone of the log, such as Europe/Vienna, or local; empty: UTC", false,
     log_text<&LogSettings::timezone>},
    {"hostname", "\"\"", "Value of the tag host; empty: the name of the machine", true,
     text<&A::hostname>},
    {"omit_hostname", "false", "Do not set the tag host", true, flag<&A::omit_hostname>},
    {"statefile", "\"\"", "File in which plugins keep where they were", false, text<&A::statefile>},
    {"always_include_local_tags", "false", "Tags of an input pass its taginclude and tagexclude",
     false, flag<&A::always_include_local_tags>},
    {"always_include_global_tags", "false", "Global tags pass taginclude and tagexclude of inputs",
     false, flag<&A::always_include_global_tags>},
    {"skip_processors_before_aggregators", "false",
     "Do not process metrics before they are aggregated", false,
     flag<&A::skip_processors_before_aggregators>},
    {"skip_processors_after_aggregators", "false", "Do not process aggregates", false, skip_after},
    {"buffer_strategy", "\"memory\"",
     "Where metrics wait for outputs that do not say otherwise: memory or disk", false,
     buffer_strategy},
    {"buffer_directory", "\"\"", "Folder of queues on disk; empty: queue in [weir] state_directory",
     false, text<&A::buffer_directory>},
    {"buffer_disk_sync", "true",
     "With buffer_strategy = \"disk\": acknowledged metrics survive a power cut, too", false,
     flag<&A::buffer_disk_sync>},
    {"config_url_retry_attempts", nullptr, "", false, no_effect},
    {"snmp_translator", nullptr, "", false, no_effect},
    {"logtarget", nullptr, "", false, obsolete},
    {"flush_buffer_when_full", nullptr, "", true, obsolete},
    {"utc", nullptr, "", false, obsolete},
}};

void memory_limit(const Node& node, std::string_view name, Values& values, W& weir) {
  if (node.is(Node::Kind::string) && node.text == "auto") {
    weir.memory_limit_bytes = 0;
  } else {
    size_from(node, name, values, 0, weir.memory_limit_bytes);
  }
}

void max_record_bytes(const Node& node, std::string_view name, Values& values, W& weir) {
  size_from(node, name, values, 1, weir.max_record_bytes);
}

void plugin_path(const Node& node, std::string_view name, Values& values, W& weir) {
  values.strings(node, name, weir.plugin_path);
}

void state_directory(const Node& node, std::string_view name, Values& values, W& weir) {
  std::string path;
  if (!values.string(node, name, path)) return;
  if (!path.empty() && path[0] != '/') {
    values.reporter().error(node.at, quote(name) + " must be an absolute path");
    return;
  }
  weir.state_directory = std::move(path);
}

void admin(const Node& node, std::string_view name, Values& values, W& weir) {
  std::string address;
  if (!values.string(node, name, address)) return;
  const auto parsed = parse_admin_address(address);
  if (!address.empty() && !parsed.ok()) {
    values.reporter().error(node.at, quote(name) + ": " + parsed.error().message);
    return;
  }
  weir.admin = std::move(address);
}

constexpr std::array<KeyRule<W>, 11> weir_rules{{
    {"memory_limit", "\"auto\"",
     "Bound of all buffers together; auto: a quarter of the memory, at most 1GiB", false,
     memory_limit},
    {"threads", "0", "Threads that work; 0: as many as there are cores, within the CPU quota",
     false, count<&W::threads, 0>},
    {"plugin_path", "[]", "Directories to look for plugins in, before the usual one", false,
     plugin_path},
    {"shutdown_timeout", "\"10s\"",
     "How long outputs may take to write the rest when the agent ends", false,
     not_negative<&W::shutdown_timeout_ns>},
    {"max_record_bytes", "\"1MiB\"", "A record of a stream that is longer is dropped and counted",
     false, max_record_bytes},
    {"max_hung", "16", "Calls of plugins that may hang before the plugin is given up", false,
     count<&W::max_hung, 0>},
    {"pin", "false", "Keep each of these threads on a core of its own", false, flag<&W::pin>},
    {"state_directory", "\"\"",
     "Where queues and positions are kept; empty: $STATE_DIRECTORY, else /var/lib/weir as root, "
     "else "
     "~/.local/state/weir",
     false, state_directory},
    {"admin", "\"\"",
     "Where the running agent answers: unix:PATH or 127.0.0.1:9274; empty: off, under systemd "
     "$RUNTIME_DIRECTORY/weir.sock",
     false, admin},
    {"admin_token_file", "\"\"",
     "File with the token that requests by TCP have to bring; needed where admin is a TCP address",
     false, text<&W::admin_token_file>},
    {"reload_probation", "\"10s\"",
     "How long a reload is taken back when one of its new plugins refuses its work", false,
     not_negative<&W::reload_probation_ns>},
}};

}  // namespace

void read_agent(const Node& table, Values& values, AgentSettings& agent) {
  read_section(table, "[agent]", agent_rules, values, agent);
}

void read_weir(const Node& table, Values& values, WeirSettings& weir) {
  read_section(table, "[weir]", weir_rules, values, weir);
}

std::vector<KeyDoc> agent_docs() { return docs_of(agent_rules); }
std::vector<KeyDoc> weir_docs() { return docs_of(weir_rules); }

void set_tag(Tags& tags, const std::string& key, const std::string& value) {
  const auto at = std::lower_bound(
      tags.begin(), tags.end(), key,
      [](const auto& tag, const std::string& wanted) { return tag.first < wanted; });
  if (at != tags.end() && at->first == key) {
    at->second = value;
  } else {
    tags.insert(at, {key, value});
  }
}

void read_tags(const Node& node, const std::string& whose, Values& values, Tags& tags) {
  if (!node.is(Node::Kind::table)) {
    values.refuse(node, whose, "a table of names and values");
    return;
  }
  for (const Member& member : node.members) {
    std::string value;
    if (values.string(member.value, member.key.name, value)) set_tag(tags, member.key.name, value);
  }
}

}  // namespace weir::config
