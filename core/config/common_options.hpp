#pragma once

// The options that every plugin of a kind has, read with Telegraf's leniency: where it ignores a value
// of another type, so does this, but says so.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/config/table_view.hpp"
#include "core/config/values.hpp"

namespace weir::config {

class CommonOptions {
 public:
  CommonOptions(TableView& table, Values& values) : table_(table), values_(values) {}

  void text(const char* name, std::string& target);
  // What is written, 0 too; negative is an error.
  std::optional<std::int64_t> duration(const char* name);
  // The same, but 0 is as good as nothing.
  std::optional<std::int64_t> nonzero_duration(const char* name);
  void positive_count(const char* name, std::int64_t& target);
  void flag(const char* name, bool& target);

  void names(NameSettings& names);
  void tags(Tags& tags);
  void filter(FilterSettings& filter);
  void log_level(std::optional<LogLevel>& level);
  void startup_error_behavior(bool probe, StartupErrorBehavior& behavior);
  // Of every plugin: where it runs. Only one place exists yet.
  void isolation();
  void order(std::int64_t& order);

 private:
  const Node* take(const char* name);
  void ignored(const Node& node, const char* name, const char* expected);
  void patterns(const char* name, std::vector<std::string>& target);
  // One of core/cel: checked here, used later.
  void expression(const char* name, std::string& target);
  void old_patterns(const char* name, const char* now, std::vector<std::string>& target);
  void append_patterns(const Node& node, const std::string& name, std::vector<std::string>& target);
  void tag_patterns(const char* name, std::vector<TagPatterns>& target);

  TableView& table_;
  Values& values_;
};

// Names of the options that plugins of the kind have in common, for suggestions.
[[nodiscard]] std::vector<std::string> common_names(std::uint16_t kind);

// Options that Telegraf lets stand anywhere, used or not; each that nobody took is reported as without
// effect and counts as understood from then on.
void pass_over_common(TableView& table, const std::string& whose, Reporter& reporter);

}  // namespace weir::config
