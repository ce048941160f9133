#pragma once

// The sections that are about the agent as a whole: [agent], [global_tags], [weir].

#include <string>
#include <vector>

#include "core/config/node.hpp"
#include "core/config/section.hpp"
#include "core/config/settings.hpp"
#include "core/config/values.hpp"

namespace weir::config {

// Each adds to what earlier files said: single keys are replaced.
void read_agent(const Node& table, Values& values, AgentSettings& agent);
void read_weir(const Node& table, Values& values, WeirSettings& weir);

// whose: "[global_tags]", for messages. Later tags replace earlier ones of the same key.
void read_tags(const Node& node, const std::string& whose, Values& values, Tags& tags);

// Sets one tag, keeping the order.
void set_tag(Tags& tags, const std::string& key, const std::string& value);

// Their options, for people.
[[nodiscard]] std::vector<KeyDoc> agent_docs();
[[nodiscard]] std::vector<KeyDoc> weir_docs();

}  // namespace weir::config
