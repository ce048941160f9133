#pragma once

// Which messages a row becomes: outputs.mqtt's layouts.
//
// Threads    One at a time.
// Errors     weir::config_error for a template that is not understood.
// Limits     homie-v4 remembers nodes_max nodes, and then begins anew.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <weir/batch.hpp>

#include "plugins/common/templates/row_template.hpp"
#include "plugins/outputs/mqtt/publisher.hpp"

namespace weir::mqtt_output {

// The topic of a row: {{ .Name }}, {{ .Tag "key" }}, and of old {{ .PluginName }} and {{ .Hostname }}.
class TopicName {
 public:
  TopicName(const std::string& text, const std::string& option);
  // Without empty elements; the metric's name where nothing is left.
  [[nodiscard]] std::string of(const row& r) const;
  [[nodiscard]] bool is_constant() const { return template_.is_constant(); }

 private:
  common::Template template_;
};

// Messages whose payloads were made for them.
class Made {
 public:
  void clear() { texts_.clear(), messages_.clear(); }
  void add(std::string topic, std::string text, std::uint32_t tag);
  // Valid until the next add().
  const std::vector<Message>& messages();

 private:
  std::vector<std::string> texts_;
  std::vector<Message> messages_;
};

// A field's value as text.
std::string text_of(const value& v);
// One message a field.
void add_fields(const std::string& topic, const row& r, std::uint32_t tag, Made& to);

// https://homieiot.github.io/specification/spec-core-v4_0_0
class Homie {
 public:
  static constexpr std::size_t nodes_max = 100'000;

  Homie(const std::string& device_name, const std::string& node_id);
  void add(const std::string& device, const row& r, std::uint32_t tag, Made& to);
  // What is to be said of each device at the end.
  void add_lost(Made& to) const;
  // Nothing of what was described may be there any more.
  void forget() { nodes_.clear(); }
  // Lower case, digits and hyphens.
  static std::string id_of(std::string_view text);

 private:
  void add_device(const std::string& device, const std::string& node, const row& r,
                  std::uint32_t tag, Made& to);

  common::Template device_name_, node_id_;
  std::map<std::string, std::set<std::string>> nodes_;  // by device
};

}  // namespace weir::mqtt_output
