#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "plugins/outputs/http/aws_credentials.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::http_output {
namespace {

constexpr std::int64_t example_s = 1440938160;  // 2015-08-30T12:36:00Z
const AwsCredentials example_keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}, 0};

std::string authorization(const http::ClientRequest& request, const http::Fields& fields,
                          const std::string& service) {
  for (const auto& [name, value] :
       aws_fields(request, fields, example_keys, {"us-east-1", service}, example_s)) {
    if (name == "Authorization") return value;
  }
  return {};
}

// The example of AWS's documentation, and the first of its test suite.
TEST(AwsSignature, IsThatOfTheDocumentation) {
  http::ClientRequest list;
  list.method = "GET";
  list.url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
  EXPECT_EQ(
      authorization(list, {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                    "iam"),
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
      "SignedHeaders=content-type;host;x-amz-date, "
      "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  http::ClientRequest vanilla;
  vanilla.method = "GET";
  vanilla.url = "https://example.amazonaws.com/";
  EXPECT_EQ(authorization(vanilla, {}, "service"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(AwsSignature, CoversQueryPathPortAndToken) {
  const auto of = [](const std::string& url) {
    http::ClientRequest request;
    request.url = url;
    return authorization(request, {}, "service");
  };
  const std::string one = of("https://h/a?b=2&a=1");
  EXPECT_EQ(one, of("https://h/a?a=1&b=2"));
  EXPECT_EQ(one, of("https://h:443/a?a=%31&b=2"));
  EXPECT_NE(one, of("https://h:444/a?a=1&b=2"));
  EXPECT_NE(one, of("https://h/b?a=1&b=2"));
  AwsCredentials session = example_keys;
  session.token = "lent";
  const http::ClientRequest request{"POST", "https://h/", nullptr, nullptr, "body"};
  const auto fields = aws_fields(request, {}, session, {"r", "s"}, example_s);
  EXPECT_EQ(fields.at(1).second, "lent");
  EXPECT_NE(fields.at(2).second.find("host;x-amz-date;x-amz-security-token"), std::string::npos);
}

TEST(AwsCredentials, AreReadFromTheSharedFile) {
  const test::TempDir folder;
  const std::string file = folder.write("credentials",
                                        "[default]\naws_access_key_id = A\n"
                                        "aws_secret_access_key=S=/+\n# x\n\n[ other ]\n"
                                        "aws_access_key_id=B\naws_session_token = T\n");
  const auto own = read_profile(file, "default", true);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->access_key, "A");
  EXPECT_EQ(own->secret_key, "S=/+");
  EXPECT_EQ(read_profile(file, "other", true)->token, "T");
  EXPECT_FALSE(read_profile(file, "third", true));
  EXPECT_FALSE(read_profile(folder.file("none"), "default", false));
  EXPECT_THROW(read_profile(folder.file("none"), "default", true), retry);
}

TEST(AwsCredentials, AreReadFromAnswers) {
  const AwsCredentials role = read_sts_answer(
      "<AssumeRoleResponse><AssumeRoleResult><Credentials>\n<AccessKeyId>ASIA</AccessKeyId>"
      "<SecretAccessKey>s</SecretAccessKey><SessionToken> t </SessionToken>"
      "<Expiration>2015-08-30T12:36:00Z</Expiration></Credentials>");
  EXPECT_EQ(role.access_key, "ASIA");
  EXPECT_EQ(role.token, "t");
  EXPECT_EQ(role.ends_at_s, example_s);
  EXPECT_THROW(read_sts_answer("<Error><Message>no</Message>"), retry);
  const AwsCredentials instance = read_instance_answer(
      R"({"Code":"Success","AccessKeyId":"a","SecretAccessKey":"b","Token":"c",)"
      R"("Expiration":"2015-08-30T12:36:00Z"})");
  EXPECT_EQ(instance.secret_key, "b");
  EXPECT_EQ(instance.ends_at_s, example_s);
  EXPECT_THROW(read_instance_answer("{}"), retry);
}

// Sets what the environment says, for one test.
class Environment {
 public:
  Environment(std::initializer_list<std::pair<const char*, std::string>> settings) {
    for (const char* name :
         {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "HOME",
          "AWS_DEFAULT_REGION", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL_STS",
          "AWS_EC2_METADATA_SERVICE_ENDPOINT"}) {
      unsetenv(name);
    }
    for (const auto& [name, value] : settings) setenv(name, value.c_str(), 1);
  }
};

class Signer : public testing::Test {
 protected:
  // Who signed.
  std::string signer_of(const AwsOptions& options) {
    http::Client client({});
    AwsSigner signer(options, host(home_.table()), client);
    const http::ClientRequest request{"POST", "https://h/", nullptr, nullptr, "body"};
    for (const auto& [name, value] : signer.sign(request, {})) {
      if (name != "Authorization") continue;
      const std::size_t begin = value.find('=') + 1;
      return value.substr(begin, value.find('/') - begin);
    }
    return {};
  }
  struct Refusal {
    std::string message, option;
  };
  Refusal refusal(const AwsOptions& options) {
    try {
      signer_of(options);
    } catch (const error& why) {
      return {why.what(), why.path()};
    }
    return {};
  }
  static AwsOptions options() {
    AwsOptions o;
    o.region = "eu-central-1";
    o.aws_service = "execute-api";
    return o;
  }
  weir::testing::host home_{WEIR_MAY_BLOCK};
  http::TestServer server_;
};

TEST_F(Signer, FindsItsKeysInTelegrafsOrder) {
  const test::TempDir folder;
  const std::string file =
      folder.write("credentials",
                   "[default]\naws_access_key_id=SHARED\naws_secret_access_key=s\n"
                   "[p]\naws_access_key_id=PROFILE\naws_secret_access_key=s\n");
  const Environment with({{"AWS_SHARED_CREDENTIALS_FILE", file}});
  EXPECT_EQ(signer_of(options()), "SHARED");
  setenv("AWS_ACCESS_KEY_ID", "NAMED", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
  EXPECT_EQ(signer_of(options()), "NAMED");
  AwsOptions profile = options();
  profile.profile = "p";
  EXPECT_EQ(signer_of(profile), "PROFILE");
  home_.set_secrets({"s"});
  AwsOptions own = profile;
  own.access_key = "OWN";
  own.secret_key = {1, true};
  EXPECT_EQ(signer_of(own), "OWN");
}

TEST_F(Signer, AsksTheInstanceLast) {
  const Environment with({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server_.url()}});
  server_.answer_with([](const http::TestRequest& request) {
    if (request.method == "PUT") return http::text_response(200, "the-token");
    if (request.field("x-aws-ec2-metadata-token") != "the-token") {
      return http::text_response(401, "");
    }
    if (request.target.ends_with('/')) return http::text_response(200, "my-role\n");
    return http::text_response(200, R"({"AccessKeyId":"INSTANCE","SecretAccessKey":"s"})");
  });
  EXPECT_EQ(signer_of(options()), "INSTANCE");
  EXPECT_EQ(server_.requests().back().target, "/latest/meta-data/iam/security-credentials/my-role");
  server_.answer_with([](const http::TestRequest&) { return http::text_response(404, "none"); });
  EXPECT_NE(refusal(options()).message.find("no AWS credentials"), std::string::npos);
}

TEST_F(Signer, TakesOnARole) {
  const test::TempDir folder;
  const Environment with({{"AWS_ENDPOINT_URL_STS", server_.url()},
                          {"AWS_ACCESS_KEY_ID", "NAMED"},
                          {"AWS_SECRET_ACCESS_KEY", "s"}});
  server_.answer_with([](const http::TestRequest&) {
    return http::text_response(200,
                               "<AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>s"
                               "</SecretAccessKey><SessionToken>t</SessionToken>");
  });
  AwsOptions role = options();
  role.role_arn = "arn:aws:iam::1:role/r";
  EXPECT_EQ(signer_of(role), "ROLE");
  const http::TestRequest asked = server_.requests().back();
  EXPECT_EQ(asked.body,
            "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=weir&"
            "Version=2011-06-15");
  EXPECT_NE(asked.field("authorization").find("Credential=NAMED/"), std::string_view::npos);
  EXPECT_NE(asked.field("authorization").find("/eu-central-1/sts/"), std::string_view::npos);
  role.web_identity_token_file = folder.write("token", "jwt\n");
  EXPECT_EQ(signer_of(role), "ROLE");
  EXPECT_NE(server_.requests().back().body.find("WebIdentityToken=jwt"), std::string::npos);
  EXPECT_FALSE(server_.requests().back().has("authorization"));
}

TEST_F(Signer, NeedsARegion) {
  const Environment without({});
  AwsOptions nowhere = options();
  nowhere.region.clear();
  EXPECT_EQ(refusal(nowhere).option, "region");
  setenv("AWS_REGION", "us-west-2", 1);
  setenv("AWS_ACCESS_KEY_ID", "NAMED", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
  EXPECT_EQ(signer_of(nowhere), "NAMED");
}

}  // namespace
}  // namespace weir::http_output
