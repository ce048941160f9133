#pragma once

// One plugin of the configuration: its table against its descriptor, its parser's or serializer's, and
// the options of its kind.
//
// Errors  Reported with their places; what is returned is complete only when there were none.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config/common_options.hpp"
#include "core/config/node.hpp"
#include "core/config/schema.hpp"
#include "core/config/settings.hpp"
#include "core/config/table_view.hpp"
#include "core/config/values.hpp"

namespace weir::config {

// A plugin's table, as found in a file.
struct Instance {
  std::uint16_t kind{WEIR_INPUT};
  std::string name;
  const Node* table{nullptr};
  // A table at the top of a file that may be a misspelt section as well as an input's name.
  bool bare{false};
};

// "inputs" for WEIR_INPUT...; "input".
[[nodiscard]] std::string section_of(std::uint16_t kind);
[[nodiscard]] std::string word_for(std::uint16_t kind);

class PluginReader {
 public:
  PluginReader(const Instance& instance, Values& values, PluginCatalog& catalog);

  // Each is called at most once, the one that fits the instance's kind.
  InputSettings input();
  ProcessorSettings processor();
  AggregatorSettings aggregator();
  OutputSettings output(const AgentSettings& agent);

 private:
  void open(PluginSettings& plugin);
  void close();
  const weir_plugin* find_plugin();
  [[nodiscard]] std::string unknown_hint();
  // The parser or serializer that data_format names.
  std::optional<FormatSettings> format(std::uint16_t kind, PluginSettings& plugin);
  [[nodiscard]] std::string format_name();
  void loss(InputSettings& input);
  [[nodiscard]] std::string destination() const;
  void refuse_format(std::uint16_t kind, const std::string& name,
                     const PluginCatalog::Found& found);

  const Instance& instance_;
  Values& values_;
  Reporter& reporter_;
  PluginCatalog& catalog_;
  TableView table_;
  CommonOptions common_;
  std::string whose_;
  const weir_plugin* descriptor_{nullptr};
  bool complete_{true};  // Every descriptor was found, so that unknown keys can be told.
  std::vector<std::string> known_;
};

}  // namespace weir::config
