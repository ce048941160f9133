#pragma once

// outputs.kafka: each row a message; a batch counts as written when the brokers have acknowledged all of it.
//
// A batch of which only a part was acknowledged is tried again without that part: no message is sent twice
// because its neighbour failed.
//
// Threads  write() hands a batch to librdkafka and returns; the producer's thread completes it. So the next batch is
//          serialized while the last is on its way.

#include <memory>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/kafka_client/client_options.hpp"
#include "plugins/outputs/kafka/batches.hpp"
#include "plugins/outputs/kafka/producer.hpp"
#include "plugins/outputs/kafka/routing.hpp"

namespace weir::kafka_output {

struct Kafka : kafka::ClientOptions {
  static constexpr info meta{"kafka", "1.0.0", "Sends metrics to Kafka, one message a metric",
                             WEIR_MAY_BLOCK | WEIR_WANTS_BYTES | WEIR_OWN_THREADS, 4};
  host self;

  std::string topic, topic_tag, version, routing_tag, routing_key, producer_timestamp;
  bool exclude_topic_tag{}, idempotent_writes{}, socks5_enabled{};
  std::int64_t compression_codec{}, required_acks{}, max_retry{}, max_message_bytes{};
  TopicSuffix topic_suffix;
  map<std::string> headers;

  static constexpr const char* timestamps[] = {"metric", "now"};
  static constexpr auto own_options = std::tuple{
      opt{"topic", &Kafka::topic, "\"telegraf\"", "Topic of the messages"}.destination(),
      opt{"topic_tag", &Kafka::topic_tag, "\"\"",
          "Tag whose value is the topic, where a metric has it"},
      opt{"exclude_topic_tag", &Kafka::exclude_topic_tag, "false",
          "Leave the topic tag out of the message; not supported with a topic_tag"},
      opt{"version", &Kafka::version, "\"\"",
          "Kafka version to assume of brokers that do not say theirs"},
      opt{"routing_tag", &Kafka::routing_tag, "\"\"", "Tag whose value is the message key"},
      opt{"routing_key", &Kafka::routing_key, "\"\"",
          "Message key where the tag is absent; \"random\" for a new one each"},
      opt{"compression_codec", &Kafka::compression_codec, "0",
          "0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd"}
          .in("0..4"),
      opt{"idempotent_writes", &Kafka::idempotent_writes, "false",
          "Exactly one copy of each message on the brokers"},
      opt{"required_acks", &Kafka::required_acks, "-1",
          "Replicas that must have a message: 0, 1, or -1 for all"}
          .in("-1..1"),
      opt{"max_retry", &Kafka::max_retry, "3", "Times the client sends a message again by itself"}
          .in("0..1000"),
      opt{"max_message_bytes", &Kafka::max_message_bytes, "1000000",
          "Largest message; larger ones are rejected one by one"}
          .in("1000..1000000000"),
      opt{"producer_timestamp", &Kafka::producer_timestamp, "\"metric\"", "Timestamp of a message"}
          .one_of(timestamps),
      opt{"socks5_enabled", &Kafka::socks5_enabled, "false",
          "Connect through a SOCKS5 proxy; not supported"}
          .advanced(),
      opt{"topic_suffix", &Kafka::topic_suffix, nullptr, "Appended to the topic"},
      opt{"headers", &Kafka::headers, "{}",
          "Message headers; values may hold {{ .Name }}, {{ .Tag \"x\" }}, {{ .Field \"x\" }}"}};
  static constexpr auto options = std::tuple_cat(own_options, client_options);

  void init();
  void start();
  void stop() { producer_.reset(); }
  weir_status write(const delivery& rows);

  // librdkafka's settings for these options.
  kafka::Settings client_settings() const;

 private:
  std::unique_ptr<Producer> make_producer();
  std::uint64_t send_open(const delivery& rows, const Batches::Batch& batch);
  bool send_row(const delivery& rows, const row& r, std::uint64_t tag);
  weir_status answer(const Ending& ending);
  void complete(const Ending& ending);
  void renew_where_fatal();

  std::unique_ptr<Routing> routing_;
  std::vector<std::pair<std::string, Template>> templates_;
  Headers filled_;
  std::vector<Fate> refused_;
  Batches batches_;
  std::unique_ptr<Producer> producer_;  // Goes first: its last fates are told to the batches.
};

}  // namespace weir::kafka_output
