#include "plugins/common/kafka_client/client_options.hpp"

#include <algorithm>

namespace weir::kafka {
namespace {

constexpr std::int64_t share_default_bytes = 32 << 20;
constexpr std::int64_t ms_ns = 1'000'000;

void only(bool holds, const char* option, const char* why) {
  if (!holds) throw config_error(option, why);
}

}  // namespace

void ClientOptions::check_client(const host& home) const {
  only(!brokers.empty(), "brokers", "at least one broker is needed, as host:port");
  only(metadata_retry_max == 0, "metadata_retry_max",
       "only 0 is supported: the agent tries again for ever");
  only(metadata_retry_type != "exponential", "metadata_retry_type",
       "only \"constant\" is supported: the agent tries again for ever, with its own back-off");
  only(metadata_retry_max_duration.ns == 0, "metadata_retry_max_duration",
       "only 0 is supported: it belongs to metadata_retry_type = \"exponential\"");
  check_sasl(home);
}

void ClientOptions::check_sasl(const host& home) const {
  only(sasl_version == 1, "sasl_version", "only version 1 is supported");
  only(sasl_gssapi_kerberos_config_path.empty() || sasl_gssapi_kerberos_config_path == "/",
       "sasl_gssapi_kerberos_config_path",
       "only the default is supported: the system's Kerberos settings apply");
  only(!sasl_gssapi_disable_pafxfast, "sasl_gssapi_disable_pafxfast",
       "only false is supported: the system's Kerberos settings apply");
  only(sasl_gssapi_auth_type != "KRB5_KEYTAB_AUTH" || !sasl_gssapi_key_tab_path.empty(),
       "sasl_gssapi_key_tab_path", "KRB5_KEYTAB_AUTH needs the path of a key tab");
  const bool aws = !sasl_aws_msk_iam_region.empty() || !sasl_aws_msk_iam_profile.empty() ||
                   !sasl_aws_msk_iam_role.empty() || !sasl_aws_msk_iam_session.empty();
  only(!aws, "sasl_aws_msk_iam_region",
       "AWS-MSK-IAM is not supported: use SCRAM or client certificates");
  if (sasl_mechanism == "OAUTHBEARER") {
    only(sasl_access_token.set, "sasl_access_token", "the mechanism OAUTHBEARER needs a token");
  } else if (sasl_access_token.set || !sasl_extensions.empty()) {
    const bool token = sasl_access_token.set && !home.reveal(sasl_access_token.handle).empty();
    if (token || !sasl_extensions.empty()) {
      home.warn(
          "sasl_access_token and sasl_extensions mean nothing without sasl_mechanism = "
          "\"OAUTHBEARER\"");
    }
  }
}

Settings ClientOptions::connection_settings(const host& home) const {
  Settings s{{"bootstrap.servers", joined(brokers)},
             {"client.id", client_id},
             {"topic.metadata.refresh.sparse", metadata_full ? "false" : "true"}};
  if (keep_alive_period.ns > 0) s.emplace_back("socket.keepalive.enable", "true");
  if (metadata_retry_backoff.ns > 0) {
    const auto ms = std::max<std::int64_t>(metadata_retry_backoff.ns / ms_ns, 1);
    s.emplace_back("retry.backoff.ms", std::to_string(ms));
  }
  add_security(s, home);
  return s;
}

// An empty one, as samples have it, is none.
bool ClientOptions::has_user(const host& home) const {
  return sasl_username.set && home && !home.reveal(sasl_username.handle).empty();
}

void ClientOptions::add_security(Settings& s, const host& home) const {
  const bool asked = !tls_ca.empty() || !tls_cert.empty() || insecure_skip_verify;
  const bool tls = enable_tls.value_or(asked);
  const bool sasl = has_user(home) || !sasl_mechanism.empty();
  s.emplace_back("security.protocol",
                 tls ? (sasl ? "sasl_ssl" : "ssl") : (sasl ? "sasl_plaintext" : "plaintext"));
  if (!tls_ca.empty()) s.emplace_back("ssl.ca.location", tls_ca);
  if (!tls_cert.empty()) s.emplace_back("ssl.certificate.location", tls_cert);
  if (!tls_key.empty()) s.emplace_back("ssl.key.location", tls_key);
  if (tls_key_pwd.set) s.emplace_back("ssl.key.password", home.reveal(tls_key_pwd.handle));
  if (insecure_skip_verify) s.emplace_back("enable.ssl.certificate.verification", "false");
  if (sasl) add_sasl(s, home);
}

void ClientOptions::add_sasl(Settings& s, const host& home) const {
  s.emplace_back("sasl.mechanisms", sasl_mechanism.empty() ? "PLAIN" : sasl_mechanism);
  if (sasl_mechanism == "OAUTHBEARER") return;
  const std::string user = home.reveal(sasl_username.handle);
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
  s.emplace_back("sasl.password", home.reveal(sasl_password.handle));
}

std::optional<BearerToken> ClientOptions::bearer_token(const host& home) const {
  if (sasl_mechanism != "OAUTHBEARER") return std::nullopt;
  return BearerToken{home.reveal(sasl_access_token.handle), client_id, sasl_extensions};
}

std::int64_t share_bytes(const host& home) {
  const auto* budget = home ? home.extension<weir_budget_v1>(WEIR_EXT_BUDGET) : nullptr;
  return budget == nullptr ? share_default_bytes : budget->share_bytes(home.context());
}

}  // namespace weir::kafka
