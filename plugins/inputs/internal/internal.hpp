#pragma once

// The agent's own counters and memory as metrics.
//
// Threads  As every input. It may wait for room: its counters come as a batch of their own.
// Errors   An agent that does not offer its counters does not load it.

#include <weir/weir.hpp>

namespace weir::internal_input {

struct Internal {
  static constexpr info meta{"internal", "1.0.0", "Collect statistics about the agent itself",
                             WEIR_MAY_BLOCK};
  static constexpr const char* const needs[] = {WEIR_EXT_SELF, nullptr};

  host self;
  bool collect_memstats{};
  bool collect_gostats{};
  bool per_instance{};
  static constexpr auto options = std::tuple{
      opt{"collect_memstats", &Internal::collect_memstats, "true", "Collect the agent's memory"},
      opt{"collect_gostats", &Internal::collect_gostats, "false",
          "Go's runtime metrics; refused: the agent has no Go runtime"},
      opt{"per_instance", &Internal::per_instance, "false",
          "Statistics of each instance of a plugin instead of their sum"}};

  void init();
  void gather(sink& out);

 private:
  void emit_counters() const;

  const weir_self_v1* counters_ = nullptr;
};

}  // namespace weir::internal_input
