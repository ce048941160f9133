#pragma once

// inputs.kafka_consumer: each message of the topics goes to the parser; an offset is committed when every output has
// what was made of the messages before it.
//
// Threads    One of its own (Consumer), which never waits for the host.
// Errors     Options in init(). Where no broker answers, start() says so and is tried again, or, with
//            connection_strategy = "defer", the client goes on trying by itself.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/kafka_client/client_options.hpp"
#include "plugins/inputs/kafka_consumer/consumer.hpp"
#include "plugins/inputs/kafka_consumer/metrics.hpp"

namespace weir::kafka_consumer {

struct KafkaConsumer : kafka::ClientOptions {
  static constexpr info meta{"kafka_consumer", "1.0.0", "Reads messages of Kafka topics",
                             WEIR_EMITS_RAW | WEIR_OWN_THREADS};
  static constexpr const weir_metric_decl* const metrics[] = {
      &declared_metrics[0], &declared_metrics[1], &declared_metrics[2],
      &declared_metrics[3], &declared_metrics[4], &declared_metrics[5],
      &declared_metrics[6], &declared_metrics[7], nullptr};

  sink* out = nullptr;
  std::string kafka_version;
  std::vector<std::string> topics, topic_regexps, msg_headers_as_tags;
  std::string topic_tag, msg_header_as_metric_name, timestamp_source, consumer_group,
      group_instance_id, offset, balance_strategy, isolation_level, connection_strategy;
  std::int64_t compression_codec{}, max_message_len{}, max_undelivered_messages{};
  bool resolve_canonical_bootstrap_servers_only{};
  duration max_processing_time, consumer_fetch_max_wait;
  byte_size consumer_fetch_default, consumer_fetch_min;

  using K = KafkaConsumer;
  static constexpr const char* const times[] = {"metric", "inner", "outer"};
  static constexpr const char* const begins[] = {"oldest", "newest"};
  static constexpr const char* const strategies[] = {"range", "roundrobin", "sticky"};
  static constexpr const char* const isolations[] = {"read_uncommitted", "read_committed"};
  static constexpr const char* const connections[] = {"", "startup", "defer"};
  static constexpr auto own_options = std::tuple{
      opt{"kafka_version", &K::kafka_version, "\"\"",
          "Oldest Kafka version among the brokers, 0.10.2.0 or newer; they say theirs themselves"}
          .advanced(),
      opt{"topics", &K::topics, "[]", "Topics to read"},
      opt{"topic_regexps", &K::topic_regexps, "[]",
          "Regular expressions; topics whose names match are read, too"},
      opt{"topic_tag", &K::topic_tag, "\"\"", "Tag for the topic; empty = none"},
      opt{"msg_headers_as_tags", &K::msg_headers_as_tags, "[]",
          "Headers of a message that are tags of its metrics"},
      opt{"msg_header_as_metric_name", &K::msg_header_as_metric_name, "\"\"",
          "Header whose value is the name of the message's metrics"},
      opt{"timestamp_source", &K::timestamp_source, "\"metric\"",
          "metric: the metric's own time; inner: that of the message"}
          .one_of(times),
      opt{"consumer_group", &K::consumer_group, "\"telegraf_metrics_consumers\"",
          "Group that shares the partitions among its members"},
      opt{"group_instance_id", &K::group_instance_id, "\"\"",
          "Name of this member: with one, a restart within 45 s keeps its partitions"},
      opt{"offset", &K::offset, "\"oldest\"",
          "Where a group begins that has committed nothing: oldest or newest"}
          .one_of(begins),
      opt{"balance_strategy", &K::balance_strategy, "\"range\"",
          "How the group shares partitions: range, roundrobin, or sticky (cooperative)"}
          .one_of(strategies),
      opt{"isolation_level", &K::isolation_level, "\"read_uncommitted\"",
          "read_committed leaves out messages of transactions that were given up"}
          .one_of(isolations)
          .advanced(),
      opt{"compression_codec", &K::compression_codec, "0",
          "0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; messages say theirs, and all are read"}
          .in("0..4")
          .advanced(),
      opt{"resolve_canonical_bootstrap_servers_only", &K::resolve_canonical_bootstrap_servers_only,
          "false", "Call brokers by the names that their addresses have"}
          .advanced(),
      opt{"connection_strategy", &K::connection_strategy, "\"\"",
          "defer: start although no broker answers; startup_error_behavior says more"}
          .one_of(connections)
          .deprecated()};
  static constexpr auto limit_options =
      std::tuple{opt{"max_message_len", &K::max_message_len, "0",
                     "Bytes of a message; longer ones are dropped, and counted; 0 = no limit"}
                     .in("0..1000000000"),
                 opt{"max_undelivered_messages", &K::max_undelivered_messages, "1000",
                     "Messages on their way to the outputs, at most; 0 = 1000"}
                     .in("0.."),
                 opt{"max_processing_time", &K::max_processing_time, "\"100ms\"",
                     "Of no effect: slow outputs do not cost this consumer its partitions"}
                     .advanced(),
                 opt{"consumer_fetch_default", &K::consumer_fetch_default, "\"1MB\"",
                     "Bytes of one partition in an answer"},
                 opt{"consumer_fetch_min", &K::consumer_fetch_min, "\"1B\"",
                     "Bytes that a broker waits for before it answers"},
                 opt{"consumer_fetch_max_wait", &K::consumer_fetch_max_wait, "\"500ms\"",
                     "How long it waits for them"}};
  static constexpr auto options = std::tuple_cat(own_options, limit_options, client_options);

  void init();
  void start();
  void stop(std::int64_t deadline_ns);
  void ack(std::uint64_t cookie, weir_status status);
  void resume(std::uint32_t lane);

  // librdkafka's settings for these options.
  kafka::Settings client_settings() const;

 private:
  void check() const;
  void check_sizes() const;
  std::int64_t prefetch_bytes() const;

  std::unique_ptr<Topics> topics_;
  ConsumerSettings settings_;
  std::unique_ptr<Consumer> consumer_;
};

}  // namespace weir::kafka_consumer
