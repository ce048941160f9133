#pragma once

// outputs.http: serialized metrics as the body of a request, a batch at a time or each alone.
//
// Where each metric has a request of its own, a delivery that is tried again goes on behind those that were
// answered.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/deliveries/progress.hpp"
#include "plugins/common/http_client/session.hpp"
#include "plugins/outputs/http/aws_credentials.hpp"
#include "plugins/outputs/http/google_token.hpp"

namespace weir::http_output {

struct Http : http::SessionOptions, AwsOptions {
  static constexpr info meta{"http", "1.0.0", "Sends metrics over HTTP",
                             WEIR_MAY_BLOCK | WEIR_WANTS_BYTES};
  host self;
  std::string url, method, google_application_credentials, content_encoding;
  secret username, password;
  bool use_batch_format{};
  std::vector<std::int64_t> non_retryable_statuscodes;
  map<secret> headers;

  static constexpr auto own_options = std::tuple{
      opt{"url", &Http::url, "\"http://127.0.0.1:8080/telegraf\"", "Where to send metrics to"}
          .destination(),
      opt{"method", &Http::method, "\"POST\"", "POST, PUT or PATCH"},
      opt{"username", &Http::username, nullptr, "User for basic authentication"},
      opt{"password", &Http::password, nullptr, "Password for basic authentication"},
      opt{"google_application_credentials", &Http::google_application_credentials, "\"\"",
          "Key file of a Google service account, for a token to show; empty = none"},
      opt{"use_batch_format", &Http::use_batch_format, "true",
          "Send a batch as one document; false = a request for each metric"},
      opt{"content_encoding", &Http::content_encoding, "\"identity\"",
          "gzip, zstd, zlib or identity"},
      opt{"non_retryable_statuscodes", &Http::non_retryable_statuscodes, "[]",
          "Statuses upon which metrics are dropped; upon others they are sent again"},
      opt{"headers", &Http::headers, "{}", "Further headers"}};
  static constexpr auto options = std::tuple_cat(own_options, session_options, aws_options);

  void init();
  void start();
  void stop();
  void write(const delivery& rows);

 private:
  void write_each(const delivery& rows);
  void send(std::string_view bytes);
  void judge(const http::Answer& answer, std::size_t bytes) const;
  void collect_fields();

  std::unique_ptr<common::Compressor> compressor_;
  std::unique_ptr<http::Session> session_;
  std::unique_ptr<AwsSigner> signer_;
  std::unique_ptr<GoogleToken> google_;
  http::Fields fields_;         // of each request
  http::Fields signed_fields_;  // those of them that a signature covers
  common::Progress progress_;
};

}  // namespace weir::http_output
