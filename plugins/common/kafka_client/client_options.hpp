#pragma once

// The options that Telegraf's Kafka plugins have in common: brokers, TLS, SASL, metadata.
//
// A plugin inherits ClientOptions and adds ClientOptions::client_options to its own with std::tuple_cat.
//
// Threads    [life] only.
// Errors     weir::config_error with the option.

#include <optional>
#include <string>
#include <vector>

#include <weir/options.hpp>

#include "plugins/common/kafka_client/client_settings.hpp"

namespace weir::kafka {

struct ClientOptions {
  std::vector<std::string> brokers;
  std::string client_id;
  std::optional<bool> enable_tls;
  bool insecure_skip_verify{}, metadata_full{}, sasl_gssapi_disable_pafxfast{};
  std::string tls_ca, tls_cert, tls_key;
  std::int64_t sasl_version{}, metadata_retry_max{};
  duration keep_alive_period, metadata_retry_backoff, metadata_retry_max_duration;
  secret sasl_username, sasl_password, sasl_access_token, tls_key_pwd;
  std::string sasl_mechanism, sasl_gssapi_service_name, sasl_gssapi_auth_type,
      sasl_gssapi_kerberos_config_path, sasl_gssapi_key_tab_path, sasl_gssapi_realm;
  std::string sasl_aws_msk_iam_region, sasl_aws_msk_iam_profile, sasl_aws_msk_iam_role,
      sasl_aws_msk_iam_session, metadata_retry_type;
  map<std::string> sasl_extensions;

  using O = ClientOptions;
  static constexpr const char* mechanisms[] = {
      "", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI", "OAUTHBEARER"};
  static constexpr const char* kerberos[] = {"", "KRB5_USER_AUTH", "KRB5_KEYTAB_AUTH"};
  static constexpr const char* retry_types[] = {"", "constant", "exponential"};
  static constexpr auto connection_options =
      std::tuple{opt{"brokers", &O::brokers, "[\"localhost:9092\"]",
                     "Brokers to ask for the cluster's members, host:port"},
                 opt{"client_id", &O::client_id, "\"Telegraf\"",
                     "Name of this client in the brokers' logs and quotas"},
                 opt{"enable_tls", &O::enable_tls, nullptr,
                     "Connect with TLS or not; not written = where another option of TLS is set"},
                 opt{"tls_ca", &O::tls_ca, "\"\"",
                     "File of the authorities that are trusted; empty = the system's"},
                 opt{"tls_cert", &O::tls_cert, "\"\"", "Client certificate file"},
                 opt{"tls_key", &O::tls_key, "\"\"", "Client key file"},
                 opt{"tls_key_pwd", &O::tls_key_pwd, nullptr, "Password of the key file"},
                 opt{"insecure_skip_verify", &O::insecure_skip_verify, "false",
                     "Do not check the brokers' certificates"},
                 opt{"keep_alive_period", &O::keep_alive_period, "\"0s\"",
                     "Not 0: TCP keep-alive, with the system's period"}
                     .advanced(),
                 opt{"metadata_full", &O::metadata_full, "false",
                     "Keep metadata of all topics, not of the used ones"}
                     .advanced(),
                 opt{"metadata_retry_max", &O::metadata_retry_max, "0",
                     "Only 0: the agent tries again for ever, with its own back-off"}
                     .advanced(),
                 opt{"metadata_retry_type", &O::metadata_retry_type, "\"constant\"",
                     "Only constant: the client grows the wait by itself"}
                     .one_of(retry_types)
                     .advanced(),
                 opt{"metadata_retry_backoff", &O::metadata_retry_backoff, "\"0s\"",
                     "Wait before the client asks again; 0 = its default"}
                     .advanced(),
                 opt{"metadata_retry_max_duration", &O::metadata_retry_max_duration, "\"0s\"",
                     "Only 0: of metadata_retry_type = \"exponential\""}
                     .advanced()};
  static constexpr auto sasl_options = std::tuple{
      opt{"sasl_username", &O::sasl_username, nullptr, "SASL user"},
      opt{"sasl_password", &O::sasl_password, nullptr, "SASL password"},
      opt{"sasl_mechanism", &O::sasl_mechanism, "\"\"", "SASL mechanism; empty with a user = PLAIN"}
          .one_of(mechanisms),
      opt{"sasl_access_token", &O::sasl_access_token, nullptr,
          "Token of the mechanism OAUTHBEARER"},
      opt{"sasl_extensions", &O::sasl_extensions, "{}",
          "Sent with the token: keys of letters, text values"}
          .advanced(),
      opt{"sasl_gssapi_service_name", &O::sasl_gssapi_service_name, "\"\"",
          "Kerberos service of the brokers"}
          .advanced(),
      opt{"sasl_gssapi_auth_type", &O::sasl_gssapi_auth_type, "\"KRB5_USER_AUTH\"",
          "KRB5_USER_AUTH takes the system's tickets, KRB5_KEYTAB_AUTH the key tab"}
          .one_of(kerberos)
          .advanced(),
      opt{"sasl_gssapi_kerberos_config_path", &O::sasl_gssapi_kerberos_config_path, "\"/\"",
          "Only the default: the system's Kerberos settings apply"}
          .advanced(),
      opt{"sasl_gssapi_key_tab_path", &O::sasl_gssapi_key_tab_path, "\"\"", "Kerberos key tab"}
          .advanced(),
      opt{"sasl_gssapi_realm", &O::sasl_gssapi_realm, "\"\"",
          "Kerberos realm, part of the principal"}
          .advanced(),
      opt{"sasl_gssapi_disable_pafxfast", &O::sasl_gssapi_disable_pafxfast, "false",
          "Only false: the system's Kerberos settings apply"}
          .advanced(),
      opt{"sasl_aws_msk_iam_region", &O::sasl_aws_msk_iam_region, "\"\"",
          "Only empty: AWS-MSK-IAM is not supported"}
          .advanced(),
      opt{"sasl_aws_msk_iam_profile", &O::sasl_aws_msk_iam_profile, "\"\"",
          "Only empty: AWS-MSK-IAM is not supported"}
          .advanced(),
      opt{"sasl_aws_msk_iam_role", &O::sasl_aws_msk_iam_role, "\"\"",
          "Only empty: AWS-MSK-IAM is not supported"}
          .advanced(),
      opt{"sasl_aws_msk_iam_session", &O::sasl_aws_msk_iam_session, "\"\"",
          "Only empty: AWS-MSK-IAM is not supported"}
          .advanced(),
      opt{"sasl_version", &O::sasl_version, "1", "SASL handshake version; only 1 is supported"}
          .in("0..1")
          .advanced()};
  static constexpr auto client_options = std::tuple_cat(connection_options, sasl_options);

  // Throws for what is not supported; warns of what means nothing.
  void check_client(const host& home) const;
  // librdkafka's settings for these options.
  Settings connection_settings(const host& home) const;
  // What mechanism OAUTHBEARER needs.
  std::optional<BearerToken> bearer_token(const host& home) const;

 private:
  void check_sasl(const host& home) const;
  bool has_user(const host& home) const;
  void add_security(Settings& s, const host& home) const;
  void add_sasl(Settings& s, const host& home) const;
};

// Of the budget, what the client's library may hold.
std::int64_t share_bytes(const host& home);

}  // namespace weir::kafka
