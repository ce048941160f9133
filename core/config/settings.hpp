#pragma once

// What a configuration says once it was read, checked and typed: plain values for core/pipeline.
//
// Ownership  Settings own everything but the descriptors, which live as long as the process.
// Units      Durations are nanoseconds (_ns), sizes bytes (_bytes).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/abi.h>

#include "core/base/log.hpp"

namespace weir::config {

// A place in a file. file is an index into Settings::files; line and column count from 1, 0 = none.
struct Place {
  std::uint32_t file{0}, line{0}, column{0};
};

// One entry of namepass, tagpass...: key is empty where the list is not about one tag.
struct TagPatterns {
  std::string key;
  std::vector<std::string> patterns;

  bool operator==(const TagPatterns&) const = default;
};

// Select and Modify of one plugin (reference: Telegraf, docs/CONFIGURATION.md "Metric filtering").
struct FilterSettings {
  std::vector<std::string> namepass, namedrop;
  std::string namepass_separator, namedrop_separator;
  std::vector<TagPatterns> tagpass, tagdrop;
  std::string metricpass;  // An expression of core/cel that was found to be good; empty = all.
  std::vector<std::string> fieldinclude, fieldexclude, taginclude, tagexclude;

  bool operator==(const FilterSettings&) const = default;
};

struct NameSettings {
  std::string name_override, name_prefix, name_suffix;

  bool operator==(const NameSettings&) const = default;
};

using Tags = std::vector<std::pair<std::string, std::string>>;  // Sorted by key, keys unique.

// The typed option values of one plugin, parser or serializer, in the form the contract hands them over.
struct OptionBlob {
  std::vector<std::uint64_t> storage;  // 8-aligned bytes behind conf.base.
  std::uint32_t n{0};
  std::uint64_t bytes{0};
  std::vector<std::string> secrets;   // Texts behind the handles of WEIR_C_SECRET values.
  std::vector<std::uint64_t> values;  // Where in the bytes each weir_value begins.

  // The same options; where they stand in the files does not matter.
  bool operator==(const OptionBlob& other) const;
  [[nodiscard]] weir_conf conf() const {
    return {static_cast<std::uint32_t>(sizeof(weir_conf)), n,
            reinterpret_cast<const std::uint8_t*>(storage.data()), bytes};
  }
};

// One plugin of the graph, without what depends on its kind.
struct PluginSettings {
  const weir_plugin* descriptor{nullptr};
  std::string name;   // "cpu"
  std::string alias;  // May be empty.
  std::string id;     // Stable digest of kind, name and options.
  Place place;
  std::optional<LogLevel> log_level;
  FilterSettings filter;
  OptionBlob options;
  std::map<std::string, Place> option_places;  // "rules[2].pattern" -> where it stands.
};

// A parser or serializer named by data_format.
struct FormatSettings {
  const weir_plugin* descriptor{nullptr};
  std::string name;
  OptionBlob options;

  bool operator==(const FormatSettings&) const = default;
};

enum class StartupErrorBehavior : std::uint8_t {
  background,
  error,
  retry,
  ignore,
  probe
};  // background: not written

struct InputSettings : PluginSettings {
  std::optional<std::int64_t> interval_ns, precision_ns, collection_jitter_ns, collection_offset_ns;
  NameSettings names;
  Tags tags;
  StartupErrorBehavior startup_error_behavior{StartupErrorBehavior::background};
  bool on_loss_nack{false};
  std::int64_t max_series{0};
  std::optional<FormatSettings> parser;
};

struct ProcessorSettings : PluginSettings {
  std::int64_t order{0};
  std::optional<FormatSettings> parser, serializer;
};

struct AggregatorSettings : PluginSettings {
  std::int64_t period_ns{30'000'000'000}, delay_ns{100'000'000}, grace_ns{0};
  bool drop_original{false};
  NameSettings names;
  Tags tags;
};

enum class Overflow : std::uint8_t { wait, block, drop_oldest, drop_newest };

enum class QueueKind : std::uint8_t {
  memory,
  disk,
  spill  // To disk where memory is full.
};

enum class DeadLetterKind : std::uint8_t {
  automatic,  // Of what is being read only: disk where something is kept on disk anyway, else drop.
  disk,
  drop,
  output
};

struct DeliverySettings {                         // [outputs.X.delivery]
  std::int64_t max_bytes{std::int64_t{1} << 30};  // Of a disk queue, and of dead letters.
  std::int64_t commit_interval_ns{5'000'000};     // With power: the longest that a commit waits.
  std::int64_t overflow_wait_ns{5'000'000'000};
  std::int64_t retry_initial_ns{1'000'000'000}, retry_max_ns{60'000'000'000};
  std::int64_t max_attempts{0};              // 0 = for ever.
  std::int64_t max_age_ns{0};                // 0 = never expires.
  std::int64_t rate_rows{0}, rate_bytes{0};  // A second; 0 = no limit.
  std::int64_t max_in_flight{1};             // Batches; at least 1.
  std::string dead_letter_output;            // The alias of the output that takes them.
  QueueKind queue{QueueKind::memory};
  Overflow overflow{Overflow::wait};
  DeadLetterKind dead_letter{DeadLetterKind::automatic};
  bool power{
      false};  // Of a disk queue: what is acknowledged survives a power cut, not only the end of the process.
  bool adaptive{false};  // Fewer batches on their way where the peer gets slower.
  bool breaker{true};

  bool operator==(const DeliverySettings&) const = default;
};

struct OutputSettings : PluginSettings {
  std::string queue_name;       // Of its files, stable over restarts; a file name.
  std::string queue_directory;  // The folder of such queues; empty: in the state directory.
  std::string destination;  // Digest of the options that say where it sends to; empty: none does.
  std::optional<std::int64_t> flush_interval_ns, flush_jitter_ns;
  std::int64_t metric_batch_size{1000}, metric_buffer_limit{10000};  // [agent]'s already taken in.
  NameSettings names;
  StartupErrorBehavior startup_error_behavior{StartupErrorBehavior::background};
  DeliverySettings delivery;
  std::optional<FormatSettings> serializer;
};

struct AgentSettings {
  std::int64_t interval_ns{10'000'000'000};
  bool round_interval{true};
  std::int64_t metric_batch_size{1000}, metric_buffer_limit{10000};
  std::int64_t collection_jitter_ns{0}, collection_offset_ns{0};
  std::int64_t flush_interval_ns{10'000'000'000}, flush_jitter_ns{0};
  std::int64_t precision_ns{0};  // 0 = from the interval.
  bool debug{false}, quiet{false};
  LogSettings log;
  std::string hostname;
  bool omit_hostname{false};
  std::string statefile;
  bool buffer_on_disk{
      false};  // buffer_strategy: outputs that do not say otherwise keep a disk queue.
  bool buffer_disk_sync{true};   // Theirs survives a power cut.
  std::string buffer_directory;  // Of queues on disk; empty: in the state directory.
  bool always_include_local_tags{false}, always_include_global_tags{false};
  bool skip_processors_before_aggregators{false};
  std::optional<bool> skip_processors_after_aggregators;
};

struct WeirSettings {  // [weir]
  std::int64_t memory_limit_bytes{
      0};                   // 0 = auto: a quarter of the cgroup limit or RAM, at most 1 GiB.
  std::int64_t threads{0};  // 0 = cores.
  bool pin{false};          // Each of them to a core.
  std::vector<std::string> plugin_path;
  std::int64_t shutdown_timeout_ns{10'000'000'000};
  std::int64_t reload_probation_ns{10'000'000'000};  // How long a reload may be taken back.
  std::int64_t max_record_bytes{1 << 20};
  std::int64_t max_hung{16};
  std::string state_directory;  // Empty: from the environment (core/runtime/places.hpp).
  std::string admin;  // "unix:PATH" or "ADDRESS:PORT"; empty: off, or from the environment.
  std::string admin_token_file;  // Required where admin is a TCP address.
};

struct Settings {
  std::vector<std::string> files;  // In the order they were read.
  AgentSettings agent;
  WeirSettings weir;
  Tags global_tags;  // With host, unless omit_hostname.
  // Each in the order of files and lines; processors sorted by order, stable.
  std::vector<InputSettings> inputs;
  std::vector<ProcessorSettings> processors, aggregate_processors;
  std::vector<AggregatorSettings> aggregators;
  std::vector<OutputSettings> outputs;
};

// Where descriptors come from; core/plugin implements it.
class PluginCatalog {
 public:
  virtual ~PluginCatalog() = default;

  struct Found {
    const weir_plugin* descriptor{nullptr};  // nullptr: not usable, and why.
    std::string why;      // For a person: what is missing or wrong, and where was looked.
    bool missing{false};  // No file of that name anywhere, as opposed to one that was refused.
  };
  // kind: WEIR_INPUT... Loads the module when it is asked for the first time.
  virtual Found find(std::uint16_t kind, const std::string& name) = 0;
  // Names that exist for a kind, without loading them: for "did you mean".
  virtual std::vector<std::string> names(std::uint16_t kind) = 0;
};

}  // namespace weir::config
