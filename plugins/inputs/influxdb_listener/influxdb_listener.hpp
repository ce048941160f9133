#pragma once

// inputs.influxdb_listener: what writes to InfluxDB 1.x writes here instead.
//
// Threads  The server's workers; each has a WriteHandler, and parses on its own lane.

#include <string>

#include <weir/weir.hpp>

#include "plugins/common/http_server/listener_options.hpp"
#include "plugins/inputs/influxdb_listener/write_handler.hpp"

namespace weir::influxdb_listener {

struct InfluxdbListener : http::ListenerOptions {
  static constexpr info meta{"influxdb_listener", "1.0.0",
                             "Receives what is written to InfluxDB 1.x", WEIR_OWN_THREADS};
  static constexpr const char* needs[] = {WEIR_EXT_LISTEN, nullptr};
  host self;
  sink* out = nullptr;  // not used: each worker has its own
  std::string service_address, database_tag, retention_policy_tag, token_username, parser_type;
  secret token_shared_secret;

  using I = InfluxdbListener;
  static constexpr const char* parsers[] = {"internal", "upstream"};
  static constexpr auto own_options =
      std::tuple{opt{"service_address", &I::service_address, "\":8186\"",
                     "Address to listen on, host:port, or with tcp:// or unix:// before it"},
                 opt{"max_body_size", &ListenerOptions::max_body_size, "0",
                     "Largest body, as it is sent and decoded; 0 = 32MiB"},
                 opt{"database_tag", &I::database_tag, "\"\"",
                     "Tag for the database that a write names; empty = none"},
                 opt{"retention_policy_tag", &I::retention_policy_tag, "\"\"",
                     "Tag for the retention policy that a write names; empty = none"},
                 opt{"token_shared_secret", &I::token_shared_secret, nullptr,
                     "Secret that tokens are signed with; not beside basic_username"},
                 opt{"token_username", &I::token_username, "\"\"", "User that a token has to name"},
                 opt{"parser_type", &I::parser_type, "\"internal\"",
                     "Which of the two grammars is read, internal or upstream"}
                     .one_of(parsers)};
  static constexpr auto options = std::tuple_cat(own_options, listener_options);

  void init();
  void start();
  void stop();
  void resume(std::uint32_t lane);

 private:
  WriteSettings writing_;
  http::Listener listener_;
};

}  // namespace weir::influxdb_listener
