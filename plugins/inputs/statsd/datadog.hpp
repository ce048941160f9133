#pragma once

// Events and service checks of DogStatsD, which become metrics at once.
//
//   _e{5,4}:title|text|d:1700000000|h:web1|k:key|p:low|s:source|t:error|#key:value
//   _sc|name|1|d:1700000000|h:web1|#key:value|m:message
//
// Format     Datadog's documentation, "DogStatsD datagram format"
// Threads    One thread at a time.
// Errors     A line that is none of them: what is wrong with it, as text that lives for ever.

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include <weir/builder.hpp>

#include "plugins/inputs/statsd/names.hpp"

namespace weir::statsd {

// When a line came, and from whom.
struct Arrival {
  std::int64_t time_ns = 0;
  const sockaddr_storage* peer = nullptr;
};

class Datadog {
 public:
  explicit Datadog(bool keep_container) : keep_container_(keep_container) {}

  // Add a row; nullptr, or what is wrong.
  const char* add_event(std::string_view line, const Arrival& from, builder& out);
  const char* add_service_check(std::string_view line, const Arrival& from, builder& out);

 private:
  struct Event;
  const char* read_event_part(std::string_view part, Event& event);
  void begin_tags(const Arrival& from);
  builder& begin_row(std::string_view name, std::int64_t time_ns, builder& out);

  const bool keep_container_;
  Tags tags_;
};

}  // namespace weir::statsd
