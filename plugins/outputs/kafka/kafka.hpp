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

#include "plugins/outputs/kafka/batches.hpp"
#include "plugins/outputs/kafka/producer.hpp"
#include "plugins/outputs/kafka/routing.hpp"

namespace weir::kafka_output {

struct Kafka {
  static constexpr info meta{"kafka", "1.0.0", "Sends metrics to Kafka, one message a metric",
                             WEIR_MAY_BLOCK | WEIR_WANTS_BYTES | WEIR_OWN_THREADS, 4};
  host self;

  std::vector<std::string> brokers;
  std::string topic, topic_tag, client_id, version, routing_tag, routing_key;
  bool exclude_topic_tag{}, idempotent_writes{}, enable_tls{}, insecure_skip_verify{},
      metadata_full{}, socks5_enabled{};
  std::int64_t compression_codec{}, required_acks{}, max_retry{}, max_message_bytes{},
      sasl_version{}, metadata_retry_max{};
  std::string producer_timestamp, tls_ca, tls_cert, tls_key;
  duration keep_alive_period, metadata_retry_backoff;
  secret sasl_username, sasl_password, sasl_access_token, tls_key_pwd;
  std::string sasl_mechanism, sasl_gssapi_service_name, sasl_gssapi_key_tab_path, sasl_gssapi_realm;
  TopicSuffix topic_suffix;
  map<std::string> headers, sasl_extensions;

  static constexpr const char* timestamps[] = {"metric", "now"};
  static constexpr const char* mechanisms[] = {
      "", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI", "OAUTHBEARER"};
  static constexpr auto options = std::tuple{
      opt{"brokers", &Kafka::brokers, "[\"localhost:9092\"]",
          "Brokers to ask for the cluster's members, host:port"},
      opt{"topic", &Kafka::topic, "\"telegraf\"", "Topic of the messages"}.destination(),
      opt{"topic_tag", &Kafka::topic_tag, "\"\"",
          "Tag whose value is the topic, where a metric has it"},
      opt{"exclude_topic_tag", &Kafka::exclude_topic_tag, "false",
          "Leave the topic tag out of the message; not supported with a topic_tag"},
      opt{"client_id", &Kafka::client_id, "\"Telegraf\"",
          "Name of this client in the brokers' logs and quotas"},
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
      opt{"enable_tls", &Kafka::enable_tls, "false", "Connect with TLS"},
      opt{"tls_ca", &Kafka::tls_ca, "\"\"",
          "File of the authorities that are trusted; empty = the system's"},
      opt{"tls_cert", &Kafka::tls_cert, "\"\"", "Client certificate file"},
      opt{"tls_key", &Kafka::tls_key, "\"\"", "Client key file"},
      opt{"tls_key_pwd", &Kafka::tls_key_pwd, nullptr, "Password of the key file"},
      opt{"insecure_skip_verify", &Kafka::insecure_skip_verify, "false",
          "Do not check the brokers' certificates"},
      opt{"keep_alive_period", &Kafka::keep_alive_period, "\"0s\"",
          "Not 0: TCP keep-alive, with the system's period"}
          .advanced(),
      opt{"socks5_enabled", &Kafka::socks5_enabled, "false",
          "Connect through a SOCKS5 proxy; not supported"}
          .advanced(),
      opt{"sasl_username", &Kafka::sasl_username, nullptr, "SASL user"},
      opt{"sasl_password", &Kafka::sasl_password, nullptr, "SASL password"},
      opt{"sasl_mechanism", &Kafka::sasl_mechanism, "\"\"",
          "SASL mechanism; empty with a user = PLAIN"}
          .one_of(mechanisms),
      opt{"sasl_access_token", &Kafka::sasl_access_token, nullptr,
          "Token of the mechanism OAUTHBEARER"},
      opt{"sasl_extensions", &Kafka::sasl_extensions, "{}",
          "Sent with the token: keys of letters, text values"}
          .advanced(),
      opt{"sasl_gssapi_service_name", &Kafka::sasl_gssapi_service_name, "\"\"",
          "Kerberos service of the brokers"}
          .advanced(),
      opt{"sasl_gssapi_key_tab_path", &Kafka::sasl_gssapi_key_tab_path, "\"\"", "Kerberos key tab"}
          .advanced(),
      opt{"sasl_gssapi_realm", &Kafka::sasl_gssapi_realm, "\"\"",
          "Kerberos realm, part of the principal"}
          .advanced(),
      opt{"sasl_version", &Kafka::sasl_version, "1", "SASL handshake version; only 1 is supported"}
          .in("0..1")
          .advanced(),
      opt{"metadata_full", &Kafka::metadata_full, "false",
          "Keep metadata of all topics, not of the used ones"}
          .advanced(),
      opt{"metadata_retry_max", &Kafka::metadata_retry_max, "0",
          "Only 0: the agent tries again for ever, with its own back-off"}
          .advanced(),
      opt{"metadata_retry_backoff", &Kafka::metadata_retry_backoff, "\"0s\"",
          "Wait before the client asks again; 0 = its default"}
          .advanced(),
      opt{"topic_suffix", &Kafka::topic_suffix, nullptr, "Appended to the topic"},
      opt{"headers", &Kafka::headers, "{}",
          "Message headers; values may hold {{ .Name }}, {{ .Tag \"x\" }}, {{ .Field \"x\" }}"}};

  void init();
  void start();
  void stop() { producer_.reset(); }
  weir_status write(const delivery& rows);

  // librdkafka's settings for these options.
  Settings client_settings() const;

 private:
  void add_security(Settings& s) const;
  void add_sasl(Settings& s) const;
  void check_sasl() const;
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
