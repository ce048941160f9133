#pragma once

// Signs requests to AWS: Signature Version 4
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
//
// Threads  Any.

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/common/http_client/http_client.hpp"

namespace weir::http_output {

struct AwsCredentials {
  std::string access_key, secret_key;
  std::string token;           // of a session, or empty
  std::int64_t ends_at_s = 0;  // Unix time; 0 = never
};

struct AwsScope {
  std::string region, service;
};

// The fields to send: the date, the session's token and the signature over the request, which has to be
// sent with just these of its own fields signed.
http::Fields aws_fields(const http::ClientRequest& request, const http::Fields& signed_fields,
                        const AwsCredentials& credentials, const AwsScope& scope,
                        std::int64_t unix_s);

// SHA-256 in hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace weir::http_output
