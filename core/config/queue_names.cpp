#include "core/config/queue_names.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/config/text.hpp"

namespace weir::config {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

void ask_for_alias(const OutputSettings& output, const AgentSettings& agent, const Node& table,
                   Reporter& reporter) {
  const std::string whose = "outputs." + output.name;
  if (agent.buffer_on_disk) {
    reporter.warning(table.at, whose + " has no alias: its queue on disk is called " +
                                   quote(output.queue_name) +
                                   ", and becomes another when outputs change places");
    return;
  }
  reporter.error(table.at, whose + " needs an alias: the name of its queue on disk",
                 "alias = \"" + output.name + "\"");
}

}  // namespace

std::string file_name_of(std::string_view name) {
  std::string safe;
  for (const char c : name) {
    const bool hidden = c == '.' && safe.empty();
    if ((is_plain(c) || c == '.') && !hidden) {
      safe += c;
      continue;
    }
    std::array<char, 4> coded{};
    std::snprintf(coded.data(), coded.size(), "%%%02X", static_cast<unsigned char>(c));
    safe += coded.data();
  }
  return safe;
}

void name_queue(std::vector<OutputSettings>& outputs, const AgentSettings& agent, const Node& table,
                Reporter& reporter) {
  OutputSettings& output = outputs.back();
  const auto same_plugin =
      std::count_if(outputs.begin(), outputs.end(),
                    [&](const OutputSettings& o) { return o.name == output.name; });
  output.queue_name = file_name_of(
      output.alias.empty() ? output.name + "." + std::to_string(same_plugin) : output.alias);
  output.queue_directory = agent.buffer_directory;
  if (output.delivery.queue == QueueKind::memory) return;
  if (output.alias.empty()) ask_for_alias(output, agent, table, reporter);
  const bool taken = std::any_of(outputs.begin(), outputs.end() - 1, [&](const OutputSettings& o) {
    return o.delivery.queue != QueueKind::memory && o.queue_name == output.queue_name;
  });
  if (!taken) return;
  reporter.error(table.at,
                 "two outputs with a queue on disk are called " + quote(output.queue_name),
                 "give one of them another alias");
}

}  // namespace weir::config
