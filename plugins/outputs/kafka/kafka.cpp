#include "plugins/outputs/kafka/kafka.hpp"

#include <algorithm>

namespace weir::kafka_output {
namespace {

constexpr int ms_per_second = 1000;
constexpr int connect_timeout_ms = 5 * ms_per_second;
constexpr int message_timeout_ms = 20 * ms_per_second;
// Bytes are what bounds librdkafka's queue: its own limit of messages would be met by a few large batches.
constexpr const char* messages_max = "10000000";

const char* codec_name(std::int64_t codec) {
  constexpr const char* names[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  return names[std::clamp<std::int64_t>(codec, 0, 4)];
}

}  // namespace

void Kafka::init() {
  check_client(self);
  if (exclude_topic_tag && !topic_tag.empty()) {
    throw config_error(
        "exclude_topic_tag",
        "not supported: messages are serialized before the plugin sees them; write one "
        "output a topic, each with tagpass and tagexclude for the tag");
  }
  if (socks5_enabled) throw config_error("socks5_enabled", "SOCKS5 proxies are not supported");
  if (topic.empty() && topic_tag.empty()) {
    throw config_error("topic", "a topic or a topic_tag is needed");
  }
  for (const auto& [name, text] : headers) {
    templates_.emplace_back(name, Template(text, "headers." + name));
  }
  routing_ = std::make_unique<Routing>(
      RoutingSettings{topic, topic_tag, routing_tag, routing_key, topic_suffix});
}

kafka::Settings Kafka::client_settings() const {
  kafka::Settings s = connection_settings(self);
  const std::int64_t queue_kb =
      std::clamp<std::int64_t>(kafka::share_bytes(self) / 1024, 1024, 1 << 20);
  const kafka::Settings own{
      {"acks", std::to_string(required_acks)},
      {"message.max.bytes", std::to_string(max_message_bytes)},
      {"compression.codec", codec_name(compression_codec)},
      {"enable.idempotence", idempotent_writes ? "true" : "false"},
      // A message that fails takes those behind it along: they come again in order.
      {"enable.gapless.guarantee", idempotent_writes ? "true" : "false"},
      // Sarama's partitioner, so that a key goes where Telegraf put it.
      {"partitioner", "fnv1a_random"},
      {"message.timeout.ms", std::to_string(message_timeout_ms)},
      {"queue.buffering.max.kbytes", std::to_string(queue_kb)},
      {"queue.buffering.max.messages", messages_max},
      {"linger.ms", "1"}};
  s.insert(s.end(), own.begin(), own.end());
  if (!idempotent_writes) s.emplace_back("message.send.max.retries", std::to_string(max_retry));
  if (!version.empty()) s.emplace_back("broker.version.fallback", version);
  return s;
}

std::unique_ptr<Producer> Kafka::make_producer() {
  auto listener = [this](std::span<const Fate> fates) {
    for (const Ending& ending : batches_.told(fates)) complete(ending);
  };
  const auto token = bearer_token(self);
  return std::make_unique<Producer>(client_settings(), self, std::move(listener),
                                    token ? &*token : nullptr);
}

void Kafka::start() {
  if (!producer_) producer_ = make_producer();
  const std::string why = producer_->unreachable(connect_timeout_ms);
  if (why.empty()) return;
  producer_.reset();
  throw retry("no broker of " + kafka::joined(brokers) + " answers: " + why);
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
