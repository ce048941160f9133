#include "plugins/outputs/kafka/kafka.hpp"

#include <algorithm>

namespace weir::kafka_output {
namespace {

constexpr int ms_per_second = 1000;
constexpr int connect_timeout_ms = 5 * ms_per_second;
constexpr int message_timeout_ms = 20 * ms_per_second;
// librdkafka gives every message its fate within message_timeout_ms; a little more for the last callback.
constexpr int finish_timeout_ms = message_timeout_ms + 5 * ms_per_second;
constexpr std::int64_t queue_bytes_default = 32 << 20;

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ",") + one;
  return text;
}

const char* codec_name(std::int64_t codec) {
  constexpr const char* names[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  return names[std::clamp<std::int64_t>(codec, 0, 4)];
}

bool is_too_large(rd_kafka_resp_err_t e) {
  return e == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || e == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE;
}

}  // namespace

void Kafka::init() {
  if (brokers.empty()) throw config_error("brokers", "at least one broker is needed, as host:port");
  if (exclude_topic_tag && !topic_tag.empty()) {
    throw config_error(
        "exclude_topic_tag",
        "not supported: messages are serialized before the plugin sees them; write one "
        "output a topic, each with tagpass and tagexclude for the tag");
  }
  if (socks5_enabled) throw config_error("socks5_enabled", "SOCKS5 proxies are not supported");
  if (sasl_version != 1) throw config_error("sasl_version", "only version 1 is supported");
  check_sasl();
  if (metadata_retry_max != 0) {
    throw config_error("metadata_retry_max", "only 0 is supported: the agent tries again for ever");
  }
  if (topic.empty() && topic_tag.empty()) {
    throw config_error("topic", "a topic or a topic_tag is needed");
  }
  for (const auto& [name, text] : headers) {
    templates_.emplace_back(name, Template(text, "headers." + name));
  }
  routing_ = std::make_unique<Routing>(
      RoutingSettings{topic, topic_tag, routing_tag, routing_key, topic_suffix});
}

void Kafka::check_sasl() const {
  if (sasl_mechanism == "OAUTHBEARER") {
    if (!sasl_access_token.set) {
      throw config_error("sasl_access_token", "the mechanism OAUTHBEARER needs a token");
    }
  } else if (sasl_access_token.set || !sasl_extensions.empty()) {
    self.warn(
        "sasl_access_token and sasl_extensions mean nothing without sasl_mechanism = "
        "\"OAUTHBEARER\"");
  }
}

Settings Kafka::client_settings() const {
  const auto* budget = self ? self.extension<weir_budget_v1>(WEIR_EXT_BUDGET) : nullptr;
  const std::int64_t share =
      budget == nullptr ? queue_bytes_default : budget->share_bytes(self.context());
  Settings s{{"bootstrap.servers", joined(brokers)},
             {"client.id", client_id},
             {"acks", std::to_string(required_acks)},
             {"message.max.bytes", std::to_string(max_message_bytes)},
             {"compression.codec", codec_name(compression_codec)},
             {"enable.idempotence", idempotent_writes ? "true" : "false"},
             // Sarama's partitioner, so that a key goes where Telegraf put it.
             {"partitioner", "fnv1a_random"},
             {"message.timeout.ms", std::to_string(message_timeout_ms)},
             {"queue.buffering.max.kbytes",
              std::to_string(std::clamp<std::int64_t>(share / 1024, 1024, 1 << 20))},
             {"linger.ms", "1"},
             {"topic.metadata.refresh.sparse", metadata_full ? "false" : "true"}};
  if (!idempotent_writes) s.emplace_back("message.send.max.retries", std::to_string(max_retry));
  if (!version.empty()) s.emplace_back("broker.version.fallback", version);
  if (keep_alive_period.ns > 0) s.emplace_back("socket.keepalive.enable", "true");
  if (metadata_retry_backoff.ns > 0) {
    s.emplace_back("retry.backoff.ms", std::to_string(std::max<std::int64_t>(
                                           metadata_retry_backoff.ns / 1'000'000, 1)));
  }
  add_security(s);
  return s;
}

void Kafka::add_security(Settings& s) const {
  const bool tls = enable_tls || !tls_ca.empty() || !tls_cert.empty() || insecure_skip_verify;
  const bool sasl = sasl_username.set || !sasl_mechanism.empty();
  s.emplace_back("security.protocol",
                 tls ? (sasl ? "sasl_ssl" : "ssl") : (sasl ? "sasl_plaintext" : "plaintext"));
  if (!tls_ca.empty()) s.emplace_back("ssl.ca.location", tls_ca);
  if (!tls_cert.empty()) s.emplace_back("ssl.certificate.location", tls_cert);
  if (!tls_key.empty()) s.emplace_back("ssl.key.location", tls_key);
  if (tls_key_pwd.set) s.emplace_back("ssl.key.password", self.reveal(tls_key_pwd.handle));
  if (insecure_skip_verify) s.emplace_back("enable.ssl.certificate.verification", "false");
  if (sasl) add_sasl(s);
}

void Kafka::add_sasl(Settings& s) const {
  s.emplace_back("sasl.mechanisms", sasl_mechanism.empty() ? "PLAIN" : sasl_mechanism);
  if (sasl_mechanism == "OAUTHBEARER") return;
  const std::string user = self.reveal(sasl_username.handle);
  if (sasl_mechanism == "GSSAPI") {
    if (!sasl_gssapi_service_name.empty()) {
      s.emplace_back("sasl.kerberos.service.name", sasl_gssapi_service_name);
    }
    if (!sasl_gssapi_key_tab_path.empty()) {
      s.emplace_back("sasl.kerberos.keytab", sasl_gssapi_key_tab_path);
    }
    s.emplace_back("sasl.kerberos.principal",
                   sasl_gssapi_realm.empty() ? user : user + "@" + sasl_gssapi_realm);
    return;
  }
  s.emplace_back("sasl.username", user);
  s.emplace_back("sasl.password", self.reveal(sasl_password.handle));
}

std::unique_ptr<Producer> Kafka::make_producer() const {
  if (sasl_mechanism != "OAUTHBEARER") return std::make_unique<Producer>(client_settings(), self);
  const BearerToken token{self.reveal(sasl_access_token.handle), client_id, sasl_extensions};
  return std::make_unique<Producer>(client_settings(), self, &token);
}

void Kafka::start() {
  if (!producer_) producer_ = make_producer();
  const std::string why = producer_->unreachable(connect_timeout_ms);
  if (why.empty()) return;
  producer_.reset();
  throw retry("no broker of " + joined(brokers) + " answers: " + why);
}

weir_status Kafka::write(const delivery& rows) {
  if (!producer_) start();
  // A block of the same place in memory may be another: only a retry goes on where it was.
  if (rows.attempt() == 1 || !progress_.is(rows.raw())) begin(rows.raw());
  last_failure_.clear();
  send_open(rows);
  producer_->finish(finish_timeout_ms);
  for (const auto& [index, error] : producer_->take_fates()) settle(index, error);
  if (const std::string why = producer_->fatal(); !why.empty()) {
    self.error("the Kafka client cannot go on (" + why + "): a new one is made");
    producer_.reset();
  }
  return answer(rows);
}

void Kafka::begin(const weir_delivery& d) {
  progress_.batch_id = d.batch_id;
  progress_.row0 = d.row0;
  progress_.n_rows = d.n_rows;
  progress_.fates.assign(d.n_rows, Fate::open);
}

void Kafka::send_open(const delivery& rows) {
  for (const row r : rows) {
    const std::uint32_t index = r.index() - progress_.row0;
    if (progress_.fates[index] == Fate::open) send_row(rows, r, index);
  }
}

void Kafka::send_row(const delivery& rows, const row& r, std::uint32_t index) {
  const std::string_view bytes = rows.bytes_of(r.index());
  if (bytes.empty()) {  // The serializer had nothing to say about it, and reported that.
    progress_.fates[index] = Fate::acknowledged;
    return;
  }
  filled_.clear();
  for (const auto& [name, text] : templates_) filled_.emplace_back(name, text.fill(r));
  const std::int64_t time_ms = producer_timestamp == "now" ? 0 : r.time_ns() / 1'000'000;
  const Message message{routing_->topic(r), routing_->key(r), bytes, time_ms, filled_, index};
  const rd_kafka_resp_err_t error = producer_->send(message, message_timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) settle(index, error);
}

void Kafka::settle(std::uint32_t index, rd_kafka_resp_err_t error) {
  if (index >= progress_.fates.size()) return;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    progress_.fates[index] = Fate::acknowledged;
  } else if (is_too_large(error)) {
    progress_.fates[index] = Fate::rejected;
  } else {
    last_failure_ = rd_kafka_err2str(error);
  }
}

// All acknowledged or rejected: done. Else the same delivery is to come again, for the rows that are open.
weir_status Kafka::answer(const delivery& rows) {
  std::vector<std::uint32_t> rejected;
  for (const row r : rows) {
    const Fate fate = progress_.fates[r.index() - progress_.row0];
    if (fate == Fate::open) {
      throw retry("Kafka did not take all messages: " +
                  (last_failure_.empty() ? "no answer in time" : last_failure_));
    }
    if (fate == Fate::rejected) rejected.push_back(r.index());
  }
  progress_ = {};
  if (rejected.empty()) return WEIR_OK;
  self.error(std::to_string(rejected.size()) + " messages are larger than max_message_bytes = " +
             std::to_string(max_message_bytes) + " or than the broker takes: they are dropped");
  weir_result result{};
  result.size = sizeof result;
  result.rejected = rejected.data();
  result.n_rejected = static_cast<std::uint32_t>(rejected.size());
  self.complete(rows.id(), result);
  return WEIR_ASYNC;
}

}  // namespace weir::kafka_output

WEIR_MODULE("kafka", "1.0.0", weir::kafka_output::Kafka)
