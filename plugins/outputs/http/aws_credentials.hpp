#pragma once

// Where credentials for AWS come from, in Telegraf's order: a role by a web identity, a role, the keys of the
// configuration, a profile, the environment, the shared file, the instance.
//
// What a server lends for a time is asked for again before it ends.
//
// Threads  One thread at a time; get() may wait for servers.
// Errors   weir::retry where there are none, with where they were looked for.
// Formats  STS answers (XML) and instance metadata version 2 (JSON) as AWS documents them; the servers
//          are those of AWS_ENDPOINT_URL_STS and AWS_EC2_METADATA_SERVICE_ENDPOINT where these are set.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <weir/options.hpp>
#include <weir/sink.hpp>

#include "plugins/common/http_client/http_client.hpp"
#include "plugins/outputs/http/aws_signature.hpp"

namespace weir::http_output {

struct AwsOptions {
  std::string region, aws_service, access_key;
  secret secret_key, token;
  std::string role_arn, web_identity_token_file, role_session_name, profile, shared_credential_file;

  using A = AwsOptions;
  static constexpr auto aws_options = std::tuple{
      opt{"region", &A::region, "\"\"", "AWS region to sign for; empty = the environment's"},
      opt{"aws_service", &A::aws_service, "\"\"",
          "AWS service to sign for, such as execute-api; empty = requests are not signed"},
      opt{"access_key", &A::access_key, "\"\"", "AWS access key"},
      opt{"secret_key", &A::secret_key, nullptr, "AWS secret key"},
      opt{"token", &A::token, nullptr, "AWS session token"},
      opt{"role_arn", &A::role_arn, "\"\"", "AWS role to take on"},
      opt{"web_identity_token_file", &A::web_identity_token_file, "\"\"",
          "File with the token that lets take on the role"},
      opt{"role_session_name", &A::role_session_name, "\"\"",
          "Name of the role's session; empty = weir"},
      opt{"profile", &A::profile, "\"\"", "Profile of the shared credentials file"},
      opt{"shared_credential_file", &A::shared_credential_file, "\"\"",
          "The shared credentials file; empty = the environment's, or ~/.aws/credentials"}};
};

class AwsSigner {
 public:
  AwsSigner(const AwsOptions& options, const host& home, http::Client& client);

  // The fields that sign a request of these fields.
  http::Fields sign(const http::ClientRequest& request, const http::Fields& signed_fields);

 private:
  const AwsCredentials& get(std::int64_t now_s);
  AwsCredentials find(std::int64_t now_s);
  std::optional<AwsCredentials> base() const;
  AwsCredentials take_role(const AwsCredentials& base, std::int64_t now_s);
  AwsCredentials take_role_by_token();
  AwsCredentials ask_sts(const http::Fields& fields, const std::string& body);
  std::string sts_url() const;
  AwsCredentials of_instance();
  std::string ask_instance(std::string_view method, const std::string& path,
                           const http::Fields& fields);

  host home_;
  AwsOptions options_;
  AwsCredentials configured_;
  AwsScope scope_;
  http::Client& client_;
  AwsCredentials found_;
};

// The keys of a profile in a file of sections; nothing where it has none. Throws weir::retry where the file
// cannot be read, unless it need not be there.
std::optional<AwsCredentials> read_profile(const std::string& path, const std::string& profile,
                                           bool needed);
// What STS answered to taking on a role. Throws weir::retry.
AwsCredentials read_sts_answer(std::string_view xml);
// What an instance's metadata say. Throws weir::retry.
AwsCredentials read_instance_answer(std::string_view json);
// "2015-08-30T12:36:00Z" in Unix seconds; 0 where it is not that.
std::int64_t parse_iso_time(std::string_view text);

}  // namespace weir::http_output
