#pragma once

// What every client of librdkafka needs: its configuration, its token, its log.
//
// Threads    Free functions; log_line() is called by librdkafka's threads.
// Errors     weir::config_error for a setting or token that librdkafka refuses.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

#include <weir/sink.hpp>

namespace weir::kafka {

using Settings = std::vector<std::pair<std::string, std::string>>;  // librdkafka's names and values

// What SASL/OAUTHBEARER shows to the brokers (RFC 7628).
struct BearerToken {
  std::string value;
  std::string principal;  // Only for librdkafka's own log.
  std::vector<std::pair<std::string, std::string>> extensions;
};

struct ConfFree {
  void operator()(rd_kafka_conf_t* c) const { rd_kafka_conf_destroy(c); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfFree>;

Conf make_conf(const Settings& settings);
// The client takes the configuration over.
rd_kafka_t* make_client(rd_kafka_type_t type, Conf conf);
// Before the first connection.
void set_token(rd_kafka_t* client, const BearerToken& token);
// Writes a line of librdkafka's log to the agent's.
void log_line(const host& home, int level, const char* text);
// "a,b,c"
std::string joined(const std::vector<std::string>& all);

}  // namespace weir::kafka
