#include "plugins/outputs/kafka/kafka.hpp"

#include <algorithm>

namespace weir::kafka_output {
namespace {

constexpr int ms_per_second = 1000;
constexpr int connect_timeout_ms = 5 * ms_per_second;
constexpr int message_timeout_ms = 20 * ms_per_second;
// Bytes are what bounds librdkafka's queue: its own limit of messages would be met by a few large batches.
constexpr const char* messages_max = "10000000";
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
             // A message that fails takes those behind it along: they come again in order.
             {"enable.gapless.guarantee", idempotent_writes ? "true" : "false"},
             // Sarama's partitioner, so that a key goes where Telegraf put it.
             {"partitioner", "fnv1a_random"},
             {"message.timeout.ms", std::to_string(message_timeout_ms)},
             {"queue.buffering.max.kbytes",
              std::to_string(std::clamp<std::int64_t>(share / 1024, 1024, 1 << 20))},
             {"queue.buffering.max.messages", messages_max},
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

std::unique_ptr<Producer> Kafka::make_producer() {
  auto listener = [this](std::span<const Fate> fates) {
    for (const Ending& ending : batches_.told(fates)) complete(ending);
  };
  if (sasl_mechanism != "OAUTHBEARER") {
    return std::make_unique<Producer>(client_settings(), self, std::move(listener));
  }
  const BearerToken token{self.reveal(sasl_access_token.handle), client_id, sasl_extensions};
  return std::make_unique<Producer>(client_settings(), self, std::move(listener), &token);
}

void Kafka::start() {
  if (!producer_) producer_ = make_producer();
  const std::string why = producer_->unreachable(connect_timeout_ms);
  if (why.empty()) return;
  producer_.reset();
  throw retry("no broker of " + joined(brokers) + " answers: " + why);
}

weir_status Kafka::write(const delivery& rows) {
  renew_where_fatal();
  if (!producer_) start();
  Batches::Batch& batch = batches_.begin(rows.raw());
  refused_.clear();
  const std::uint64_t accepted = send_open(rows, batch);
  const auto ended = batches_.seal(batch, accepted, refused_);
  return ended ? answer(*ended) : weir_status{WEIR_ASYNC};
}

// All batches on their way get an answer before there is a new client, and come again in order.
void Kafka::renew_where_fatal() {
  const std::string why = producer_ ? producer_->fatal() : "";
  if (why.empty()) return;
  self.error("the Kafka client cannot go on (" + why + "): a new one is made");
  producer_.reset();
  throw retry("the Kafka client was made anew: " + why);
}

// Sends what the brokers have not acknowledged; how many messages have a fate to come.
std::uint64_t Kafka::send_open(const delivery& rows, const Batches::Batch& batch) {
  std::uint64_t accepted = 0;
  for (const row r : rows) {
    if (batch.acknowledged[r.index() - batch.row0] != 0) continue;
    if (send_row(rows, r, batch.tag(r.index()))) ++accepted;
  }
  return accepted;
}

// False when the message has its fate already.
bool Kafka::send_row(const delivery& rows, const row& r, std::uint64_t tag) {
  const std::string_view bytes = rows.bytes_of(r.index());
  const bool unwritten = bytes.empty();  // The serializer refused it, and reported that.
  if (unwritten) return false;
  filled_.clear();
  for (const auto& [name, text] : templates_) filled_.emplace_back(name, text.fill(r));
  const std::int64_t time_ms = producer_timestamp == "now" ? 0 : r.time_ns() / 1'000'000;
  const Message message{routing_->topic(r), routing_->key(r), bytes, time_ms, filled_, tag};
  const rd_kafka_resp_err_t error = producer_->send(message, message_timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) refused_.push_back({tag, error});
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Of a batch that ended before write() came back.
weir_status Kafka::answer(const Ending& ending) {
  if (ending.failure.empty() && ending.rejected.empty()) return WEIR_OK;
  complete(ending);
  return WEIR_ASYNC;
}

// Not all taken: the same delivery is to come again, for the rows that are open.
void Kafka::complete(const Ending& ending) {
  const std::string reason = "Kafka did not take all messages: " + ending.failure;
  weir_result result{};
  result.size = sizeof result;
  result.status = ending.failure.empty() ? WEIR_OK : WEIR_E_RETRY;
  result.rejected = ending.rejected.data();
  result.n_rejected = static_cast<std::uint32_t>(ending.rejected.size());
  if (!ending.failure.empty()) result.reason = borrow(reason);
  if (!ending.rejected.empty()) {
    self.error(std::to_string(ending.rejected.size()) +
               " messages are larger than max_message_bytes = " +
               std::to_string(max_message_bytes) + " or than the broker takes: they are dropped");
  }
  self.complete(ending.delivery, result);
}

}  // namespace weir::kafka_output

WEIR_MODULE("kafka", "1.0.0", weir::kafka_output::Kafka)
