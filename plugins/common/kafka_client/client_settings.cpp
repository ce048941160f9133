#include "plugins/common/kafka_client/client_settings.hpp"

#include <array>
#include <chrono>

namespace weir::kafka {
namespace {

constexpr int syslog_warning = 4;
constexpr int syslog_info = 6;

}  // namespace

Conf make_conf(const Settings& settings) {
  Conf conf(rd_kafka_conf_new());
  std::array<char, 512> why{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      throw config_error("", "librdkafka refuses " + name + ": " + why.data());
    }
  }
  return conf;
}

rd_kafka_t* make_client(rd_kafka_type_t type, Conf conf) {
  std::array<char, 512> why{};
  rd_kafka_t* made = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (made == nullptr) {
    throw config_error("", std::string("no Kafka client with these settings: ") + why.data());
  }
  static_cast<void>(conf.release());
  return made;
}

// librdkafka copies the token. It would ask for another near the end of a token's life; this one has
// no end that is known here, and the brokers judge it anew at each connection.
void set_token(rd_kafka_t* client, const BearerToken& token) {
  constexpr auto long_enough = std::chrono::hours(10 * 365 * 24);
  const auto end = std::chrono::system_clock::now().time_since_epoch() + long_enough;
  const std::int64_t end_ms = std::chrono::duration_cast<std::chrono::milliseconds>(end).count();
  std::vector<const char*> extensions;
  for (const auto& [key, value] : token.extensions) {
    extensions.insert(extensions.end(), {key.c_str(), value.c_str()});
  }
  std::array<char, 512> why{};
  const rd_kafka_resp_err_t error =
      rd_kafka_oauthbearer_set_token(client, token.value.c_str(), end_ms, token.principal.c_str(),
                                     extensions.data(), extensions.size(), why.data(), why.size());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw config_error(
        "", std::string("librdkafka refuses sasl_access_token or sasl_extensions: ") + why.data());
  }
}

void log_line(const host& home, int level, const char* text) {
  const std::int32_t as = level <= syslog_warning ? WEIR_LOG_WARN
                          : level <= syslog_info  ? WEIR_LOG_INFO
                                                  : WEIR_LOG_DEBUG;
  home.log(as, text);
}

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ",") + one;
  return text;
}

}  // namespace weir::kafka
