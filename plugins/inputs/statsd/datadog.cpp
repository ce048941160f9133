#include "plugins/inputs/statsd/datadog.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "plugins/common/sockets/connections.hpp"
#include "plugins/common/text/go_number.hpp"

namespace weir::statsd {
namespace {

constexpr std::string_view event_begin = "_e{";
constexpr std::string_view check_begin = "_sc|";
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t seconds_max = std::numeric_limits<std::int64_t>::max() / second_ns;

std::string_view take_part(std::string_view& text) {
  const std::size_t at = text.find('|');
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

// "\n" of two characters is a line break.
std::string with_breaks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n';
    out += escape ? '\n' : text[i];
    i += escape ? 1 : 0;
  }
  return out;
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

// The lengths of title and text in "5,4}:...", and what follows.
bool take_lengths(std::string_view& text, std::uint64_t& title, std::uint64_t& body) {
  const std::size_t comma = text.find(',');
  const std::size_t end = text.find("}:");
  if (end == std::string_view::npos || comma >= end) return false;
  const bool ok =
      common::parse_go_uint(text.substr(0, comma), title) == common::GoNumber::ok &&
      common::parse_go_uint(text.substr(comma + 1, end - comma - 1), body) == common::GoNumber::ok;
  text.remove_prefix(end + 2);
  return ok;
}

// The tag "host" is kept for the agent's own.
void settle_source(Tags& tags) {
  const auto host =
      std::find_if(tags.begin(), tags.end(), [](const auto& tag) { return tag.first == "host"; });
  if (host == tags.end()) return;
  const std::string name = std::move(host->second);
  tags.erase(host);
  tag_of(tags, "source") = name;
}

}  // namespace

struct Datadog::Event {
  std::string_view priority = "normal", alert_type = "info", source_type{};
  std::int64_t happened_s = 0;
  bool has_happened = false;
};

void Datadog::begin_tags(const Arrival& from) {
  tags_.clear();
  if (from.peer == nullptr) return;
  std::string source = common::ip_of(*from.peer);
  if (!source.empty()) tags_.emplace_back("source", std::move(source));
}

builder& Datadog::begin_row(std::string_view name, std::int64_t time_ns, builder& out) {
  settle_source(tags_);
  builder& row = out.metric(name, time_ns);
  for (const auto& [key, value] : tags_) row.tag(key, value);
  return row;
}

const char* Datadog::add_event(std::string_view line, const Arrival& from, builder& out) {
  std::string_view rest = line.substr(std::min(event_begin.size(), line.size()));
  std::uint64_t title_bytes = 0;
  std::uint64_t text_bytes = 0;
  if (!take_lengths(rest, title_bytes, text_bytes)) {
    return "an event has to begin with _e{title length,text length}:";
  }
  if (title_bytes == 0 || text_bytes == 0) return "an event's title or text is empty";
  if (title_bytes >= rest.size() || text_bytes > rest.size() - title_bytes - 1) {
    return "an event is shorter than its lengths say";
  }
  const std::string_view title = rest.substr(0, title_bytes);
  const std::string_view text = rest.substr(title_bytes + 1, text_bytes);
  rest.remove_prefix(title_bytes + 1 + text_bytes);
  if (!rest.empty()) rest.remove_prefix(1);
  begin_tags(from);
  Event event;
  while (!rest.empty()) {
    if (const char* wrong = read_event_part(take_part(rest), event)) return wrong;
  }
  builder& row = begin_row(title, from.time_ns, out);
  row.field("alert_type"_k, event.alert_type).field("text"_k, with_breaks(text));
  row.field("priority"_k, event.priority);
  if (event.has_happened) row.field("ts"_k, event.happened_s);
  if (!event.source_type.empty()) row.field("source_type_name"_k, event.source_type);
  return nullptr;
}

// A value that is not known leaves the default, as in Telegraf.
const char* Datadog::read_event_part(std::string_view part, Event& event) {
  if (!part.empty() && part.front() == '#') return add_datadog_tags(part.substr(1), tags_), nullptr;
  if (part.size() < 2 || part[1] != ':') return "an event has a part that is not known";
  const std::string_view value = part.substr(2);
  switch (part.front()) {
    case 'd':
      event.has_happened = common::parse_go_int(value, event.happened_s) == common::GoNumber::ok;
      break;
    case 'p':
      if (one_of(value, {"low", "normal"})) event.priority = value;
      break;
    case 't':
      if (one_of(value, {"error", "warning", "success", "info"})) event.alert_type = value;
      break;
    case 'h': tag_of(tags_, "source") = value; break;
    case 'k': tag_of(tags_, "aggregation_key") = value; break;
    case 's': event.source_type = value; break;
    case 'c':
      if (keep_container_) tag_of(tags_, "container") = value;
      break;
    default: return "an event has a part that is not known";
  }
  return nullptr;
}

const char* Datadog::add_service_check(std::string_view line, const Arrival& from, builder& out) {
  constexpr std::array<std::string_view, 4> states{"ok", "warning", "critical", "unknown"};
  std::string_view rest = line.substr(std::min(check_begin.size(), line.size()));
  const std::string_view name = take_part(rest);
  const std::string_view state = take_part(rest);
  if (name.empty()) return "a service check has no name";
  if (state.size() != 1 || state[0] < '0' || state[0] > '3') {
    return "a service check's status is not 0, 1, 2 or 3";
  }
  begin_tags(from);
  std::int64_t time_ns = from.time_ns;
  std::string_view message;
  while (!rest.empty()) {
    if (rest.starts_with("m:")) {  // The last part, in which "|" stands for itself.
      message = rest.substr(2);
      break;
    }
    const std::string_view part = take_part(rest);
    std::int64_t seconds = 0;
    if (part.starts_with("#")) add_datadog_tags(part.substr(1), tags_);
    if (part.starts_with("h:")) tag_of(tags_, "source") = part.substr(2);
    if (part.starts_with("c:") && keep_container_) tag_of(tags_, "container") = part.substr(2);
    if (part.starts_with("d:") &&
        common::parse_go_int(part.substr(2), seconds) == common::GoNumber::ok && seconds >= 0 &&
        seconds <= seconds_max) {
      time_ns = seconds * second_ns;
    }
  }
  tag_of(tags_, "check_name") = name;
  const auto number = static_cast<std::int64_t>(state[0] - '0');
  builder& row = begin_row("statsd_service_check", time_ns, out);
  row.field("status"_k, number);
  row.field("status_text"_k, states.at(static_cast<std::size_t>(number)));
  if (!message.empty()) row.field("message"_k, with_breaks(message));
  return nullptr;
}

}  // namespace weir::statsd
