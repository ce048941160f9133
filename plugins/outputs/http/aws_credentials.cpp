#include "plugins/outputs/http/aws_credentials.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include <weir/error.hpp>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/http/text.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::http_output {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
// Credentials that end within this time are not used any more.
constexpr std::int64_t margin_s = 300;

std::string environment(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}
// The first that is not empty.
std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw retry("cannot read " + path);
  return text.str();
}

// The text of the first element of a name.
std::string element(std::string_view xml, const std::string& name) {
  const std::size_t begin = xml.find("<" + name + ">");
  if (begin == std::string_view::npos) return {};
  xml.remove_prefix(begin + name.size() + 2);
  return std::string(http::trimmed(xml.substr(0, xml.find('<'))));
}

void take_setting(AwsCredentials& to, std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view name = http::trimmed(line.substr(0, equals));
  const std::string value(http::trimmed(line.substr(equals + 1)));
  if (name == "aws_access_key_id") to.access_key = value;
  if (name == "aws_secret_access_key") to.secret_key = value;
  if (name == "aws_session_token") to.token = value;
}

}  // namespace

std::int64_t parse_iso_time(std::string_view text) {
  std::tm t{};
  const char* const end = strptime(std::string(text).c_str(), "%Y-%m-%dT%H:%M:%S", &t);
  return end == nullptr ? 0 : timegm(&t);
}

std::optional<AwsCredentials> read_profile(const std::string& path, const std::string& profile,
                                           bool needed) {
  std::ifstream file(path);
  if (!file && needed) throw retry("cannot read the AWS credentials in " + path);
  AwsCredentials made;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    const std::string_view text = http::trimmed(line);
    if (text.starts_with('[')) {
      inside = http::trimmed(text.substr(1, text.find(']') - 1)) == profile;
    }
    if (inside) take_setting(made, text);
  }
  if (made.access_key.empty()) return std::nullopt;
  return made;
}

AwsCredentials read_sts_answer(std::string_view xml) {
  AwsCredentials made{element(xml, "AccessKeyId"), element(xml, "SecretAccessKey"),
                      element(xml, "SessionToken"), parse_iso_time(element(xml, "Expiration"))};
  if (made.access_key.empty() || made.secret_key.empty()) {
    throw retry("the answer of AWS STS holds no credentials");
  }
  return made;
}

AwsCredentials read_instance_answer(std::string_view json) {
  AwsCredentials made;
  common::JsonItems items(common::first_value(common::skip_blanks(json)));
  for (std::string_view key, value; items.next(key, value);) {
    const std::string name = common::string_text(key);
    if (name == "AccessKeyId") made.access_key = common::string_text(value);
    if (name == "SecretAccessKey") made.secret_key = common::string_text(value);
    if (name == "Token") made.token = common::string_text(value);
    if (name == "Expiration") made.ends_at_s = parse_iso_time(common::string_text(value));
  }
  if (made.access_key.empty() || made.secret_key.empty()) {
    throw retry("the metadata of the AWS instance hold no credentials");
  }
  return made;
}

AwsSigner::AwsSigner(const AwsOptions& options, const host& home, http::Client& client)
    : home_(home), options_(options), client_(client) {
  configured_.access_key = options.access_key;
  if (options.secret_key.set) configured_.secret_key = home.reveal(options.secret_key.handle);
  if (options.token.set) configured_.token = home.reveal(options.token.handle);
  scope_ = {
      first_of({options.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION")}),
      options.aws_service};
  if (scope_.region.empty()) {
    throw config_error("region", "is needed to sign for AWS; or set AWS_REGION");
  }
}

http::Fields AwsSigner::sign(const http::ClientRequest& request,
                             const http::Fields& signed_fields) {
  const std::int64_t now_s = home_.now() / second_ns;
  return aws_fields(request, signed_fields, get(now_s), scope_, now_s);
}

const AwsCredentials& AwsSigner::get(std::int64_t now_s) {
  const bool ended = found_.ends_at_s != 0 && now_s + margin_s >= found_.ends_at_s;
  if (found_.access_key.empty() || ended) found_ = find(now_s);
  return found_;
}

AwsCredentials AwsSigner::find(std::int64_t now_s) {
  if (!options_.role_arn.empty() && !options_.web_identity_token_file.empty()) {
    return take_role_by_token();
  }
  const auto own = base();
  const AwsCredentials found = own ? *own : of_instance();
  return options_.role_arn.empty() ? found : take_role(found, now_s);
}

// What is at hand without asking a server.
std::optional<AwsCredentials> AwsSigner::base() const {
  if (!configured_.access_key.empty() && !configured_.secret_key.empty()) return configured_;
  const std::string file =
      first_of({options_.shared_credential_file, environment("AWS_SHARED_CREDENTIALS_FILE"),
                environment("HOME") + "/.aws/credentials"});
  if (!options_.profile.empty()) return read_profile(file, options_.profile, true);
  AwsCredentials named{environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
                       environment("AWS_SESSION_TOKEN"), 0};
  if (!named.access_key.empty() && !named.secret_key.empty()) return named;
  const std::string profile = first_of({environment("AWS_PROFILE"), "default"});
  return read_profile(file, profile, !options_.shared_credential_file.empty());
}

// ---- roles ----

std::string AwsSigner::sts_url() const {
  return first_of(
      {environment("AWS_ENDPOINT_URL_STS"), "https://sts." + scope_.region + ".amazonaws.com/"});
}

AwsCredentials AwsSigner::take_role(const AwsCredentials& base, std::int64_t now_s) {
  const std::string session = first_of({options_.role_session_name, "weir"});
  const std::string body = http::encode_pairs({{"Action", "AssumeRole"},
                                               {"RoleArn", options_.role_arn},
                                               {"RoleSessionName", session},
                                               {"Version", "2011-06-15"}});
  const std::string url = sts_url();
  const http::Fields type{{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  http::ClientRequest request;
  request.url = url;
  request.body = body;
  http::Fields fields = aws_fields(request, type, base, {scope_.region, "sts"}, now_s);
  fields.insert(fields.end(), type.begin(), type.end());
  return ask_sts(fields, body);
}

AwsCredentials AwsSigner::take_role_by_token() {
  const std::string session = first_of({options_.role_session_name, "weir"});
  const std::string body = http::encode_pairs(
      {{"Action", "AssumeRoleWithWebIdentity"},
       {"RoleArn", options_.role_arn},
       {"RoleSessionName", session},
       {"Version", "2011-06-15"},
       {"WebIdentityToken",
        std::string(http::trimmed(read_file(options_.web_identity_token_file)))}});
  return ask_sts({{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}, body);
}

AwsCredentials AwsSigner::ask_sts(const http::Fields& fields, const std::string& body) {
  const std::string url = sts_url();
  http::ClientRequest request;
  request.url = url;
  request.fields = &fields;
  request.body = body;
  const http::Answer answer = client_.send(request);
  if (answer.good()) return read_sts_answer(answer.body);
  const std::string why = first_of({element(answer.body, "Message"), answer.text()});
  throw retry("AWS STS does not give the role " + options_.role_arn + ": " + why,
              answer.retry_after_ns);
}

// ---- the instance ----

AwsCredentials AwsSigner::of_instance() {
  const std::string token =
      ask_instance("PUT", "/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}});
  const http::Fields fields{{"X-aws-ec2-metadata-token", token}};
  const std::string path = "/latest/meta-data/iam/security-credentials/";
  const std::string roles = ask_instance("GET", path, fields);
  const std::string role(http::trimmed(roles.substr(0, roles.find('\n'))));
  return read_instance_answer(ask_instance("GET", path + role, fields));
}

std::string AwsSigner::ask_instance(std::string_view method, const std::string& path,
                                    const http::Fields& fields) {
  const std::string url =
      first_of({environment("AWS_EC2_METADATA_SERVICE_ENDPOINT"), "http://169.254.169.254"}) + path;
  http::ClientRequest request;
  request.method = method;
  request.url = url;
  request.fields = &fields;
  const http::Answer answer = client_.send_all({&request, 1}).front();
  if (answer.good()) return answer.body;
  throw retry(
      "no AWS credentials: none in the configuration, the environment and the shared file, and the "
      "instance's metadata do not answer: " +
      answer.text());
}

}  // namespace weir::http_output
