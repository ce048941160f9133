#include "plugins/inputs/kafka_consumer/kafka_consumer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "plugins/inputs/kafka_consumer/canonical.hpp"

namespace weir::kafka_consumer {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::int64_t mib = 1 << 20;
constexpr int connect_timeout_ms = 5000;
constexpr std::int64_t undelivered_default = 1000;
constexpr std::int64_t processing_default_ns = 100 * ms_ns;
constexpr std::int64_t fetch_bytes_max = 1'000'000'000;
constexpr std::int64_t fetch_answer_max = 50 * mib;
// librdkafka demands more room for an answer than for what is in it.
constexpr std::int64_t answer_overhead = 4096, answer_default = 100'000'000;
// Of the instance's share of the budget, what the library may fetch ahead of one partition.
constexpr std::int64_t prefetch_parts = 64;

// Four numbers; those that are not written are 0. False where it is no version.
bool read_version(std::string_view text, std::array<int, 4>& numbers) {
  std::size_t n = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (n < numbers.size()) {
    const auto [next, failed] = std::from_chars(at, end, numbers[n]);
    if (failed != std::errc() || numbers[n++] < 0) return false;
    if (next == end) return n >= 3;
    if (*next != '.') return false;
    at = next + 1;
  }
  return false;
}

const char* strategy_of(const std::string& name) {
  if (name == "roundrobin") return "roundrobin";
  return name == "sticky" ? "cooperative-sticky" : "range";
}

}  // namespace

void KafkaConsumer::init() {
  check_client(out->home());
  check();
  check_sizes();
  topics_ = std::make_unique<Topics>(topics, topic_regexps);
  settings_.read.topic_tag = topic_tag;
  settings_.read.headers_as_tags = msg_headers_as_tags;
  settings_.read.header_as_name = msg_header_as_metric_name;
  settings_.read.time = timestamp_source == "inner" ? TimeSource::message : TimeSource::metric;
  settings_.read.message_bytes_max = static_cast<std::uint64_t>(max_message_len);
  settings_.undelivered_max = static_cast<std::uint64_t>(
      max_undelivered_messages == 0 ? undelivered_default : max_undelivered_messages);
}

void KafkaConsumer::check() const {
  if (topics.empty() && topic_regexps.empty()) {
    throw config_error("topics", "a topic is needed, or an expression in topic_regexps");
  }
  if (consumer_group.empty()) throw config_error("consumer_group", "it must not be empty");
  std::array<int, 4> v{};
  const bool known = kafka_version.empty() || read_version(kafka_version, v);
  constexpr std::array<int, 4> oldest{0, 10, 2, 0};
  if (!known || (!kafka_version.empty() && v < oldest)) {
    throw config_error("kafka_version", "\"" + kafka_version +
                                            "\" is no version of Kafka from 0.10.2.0 on, such as "
                                            "\"2.6.0\"");
  }
  if (timestamp_source == "outer") {
    throw config_error("timestamp_source",
                       "\"outer\" is not supported: since Kafka 0.11 the messages of a block have "
                       "times of their own; use \"inner\"");
  }
  if (max_processing_time.ns != processing_default_ns) {
    out->home().info(
        "max_processing_time has no effect: slow outputs do not cost this consumer its "
        "partitions");
  }
}

void KafkaConsumer::check_sizes() const {
  const auto within = [](std::int64_t v, std::int64_t least, std::int64_t most, const char* option,
                         const char* range) {
    if (v < least || v > most) throw config_error(option, std::string("it must be ") + range);
  };
  within(consumer_fetch_default.bytes, 1, fetch_bytes_max, "consumer_fetch_default", "1B to 1GB");
  within(consumer_fetch_min.bytes, 1, 100'000'000, "consumer_fetch_min", "1B to 100MB");
  within(consumer_fetch_max_wait.ns, 0, 50'000 * ms_ns, "consumer_fetch_max_wait", "0s to 50s");
}

std::int64_t KafkaConsumer::prefetch_bytes() const {
  const std::int64_t part = kafka::share_bytes(out->home()) / prefetch_parts;
  return std::max(consumer_fetch_default.bytes, std::clamp(part, mib, 64 * mib));
}

kafka::Settings KafkaConsumer::client_settings() const {
  kafka::Settings s = connection_settings(out->home());
  const std::int64_t answer =
      std::max(consumer_fetch_default.bytes,
               std::clamp(kafka::share_bytes(out->home()) / 8, mib, fetch_answer_max));
  const kafka::Settings own{
      {"group.id", consumer_group},
      {"session.timeout.ms", group_instance_id.empty() ? "10000" : "45000"},
      // How soon members learn that the group shares anew.
      {"heartbeat.interval.ms", balance_strategy == "sticky" ? "300" : "1000"},
      {"partition.assignment.strategy", strategy_of(balance_strategy)},
      {"auto.offset.reset", offset == "newest" ? "latest" : "earliest"},
      {"isolation.level", isolation_level},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"allow.auto.create.topics", "true"},
      {"topic.metadata.refresh.interval.ms", "30000"},
      {"log.connection.close", "false"},
      {"fetch.min.bytes", std::to_string(consumer_fetch_min.bytes)},
      {"fetch.wait.max.ms", std::to_string(consumer_fetch_max_wait.ns / ms_ns)},
      {"fetch.message.max.bytes", std::to_string(consumer_fetch_default.bytes)},
      {"fetch.max.bytes", std::to_string(answer)},
      {"receive.message.max.bytes",
       std::to_string(std::max(answer_default, answer + answer_overhead))},
      {"queued.max.messages.kbytes", std::to_string(prefetch_bytes() / 1024)}};
  s.insert(s.end(), own.begin(), own.end());
  if (!group_instance_id.empty()) s.emplace_back("group.instance.id", group_instance_id);
  if (!kafka_version.empty()) s.emplace_back("broker.version.fallback", kafka_version);
  return s;
}

void KafkaConsumer::start() {
  if (!consumer_) {
    settings_.client = client_settings();
    if (resolve_canonical_bootstrap_servers_only) {
      settings_.client.emplace_back("bootstrap.servers", kafka::joined(canonical(brokers)));
    }
    settings_.token = bearer_token(out->home());
    settings_.share_bytes = static_cast<std::uint64_t>(kafka::share_bytes(out->home()));
    settings_.prefetch_bytes = static_cast<std::uint64_t>(prefetch_bytes());
    consumer_ = std::make_unique<Consumer>(out->home(), settings_, *topics_);
  }
  if (connection_strategy != "defer") {
    const std::string why = consumer_->unreachable(connect_timeout_ms);
    if (!why.empty()) throw retry("no broker of " + kafka::joined(brokers) + " answers: " + why);
  }
  consumer_->start();
}

void KafkaConsumer::stop(std::int64_t deadline_ns) {
  if (consumer_) consumer_->stop(deadline_ns);
  consumer_.reset();
}

void KafkaConsumer::ack(std::uint64_t cookie, weir_status status) {
  if (consumer_) consumer_->acknowledge(cookie, status == WEIR_OK);
}

void KafkaConsumer::resume(std::uint32_t lane) {
  if (consumer_) consumer_->resume(lane);
}

}  // namespace weir::kafka_consumer

WEIR_MODULE("kafka_consumer", "1.0.0", weir::kafka_consumer::KafkaConsumer)
