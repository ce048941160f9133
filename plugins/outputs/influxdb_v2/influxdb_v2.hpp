#pragma once

// outputs.influxdb_v2: line protocol to the v2 API of InfluxDB, and of what understands it.
//
// A delivery is sent in parts: one per bucket, one per concurrent write, and no more at a time than the rate limit
// lets through. What was written of it is kept until it comes again.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/http_client/http_client.hpp"
#include "plugins/outputs/influxdb_v2/parts.hpp"
#include "plugins/outputs/influxdb_v2/rate_limit.hpp"

namespace weir::influxdb_v2_output {

struct InfluxdbV2 : common::TlsClientOptions {
  static constexpr info meta{"influxdb_v2", "1.0.0", "Sends metrics to InfluxDB 2",
                             WEIR_MAY_BLOCK | WEIR_WANTS_BYTES};
  host self;
  std::vector<std::string> urls;
  std::string local_address, organization, bucket, bucket_tag;
  secret token;
  bool exclude_bucket_tag{};
  duration timeout, ping_timeout, read_idle_timeout, rate_limit_period;
  map<secret> http_headers;
  std::string http_proxy, user_agent, content_encoding, data_format;
  byte_size rate_limit;
  std::uint32_t concurrent_writes{};

  using I = InfluxdbV2;
  static constexpr auto own_options = std::tuple{
      opt{"urls", &I::urls, "[\"http://localhost:8086\"]",
          "Servers of one cluster; each write goes to one of them. http, https or unix"},
      opt{"local_address", &I::local_address, "\"\"",
          "Address or interface to connect from; empty = the system's choice"},
      opt{"token", &I::token, nullptr, "Token to show"},
      opt{"organization", &I::organization, "\"\"", "Organization to write to"}.destination(),
      opt{"bucket", &I::bucket, "\"\"", "Bucket to write into"}.destination(),
      opt{"bucket_tag", &I::bucket_tag, "\"\"",
          "The bucket is this tag's value, where a metric has it; empty = always bucket"},
      opt{"exclude_bucket_tag", &I::exclude_bucket_tag, "false", "Do not write that tag"},
      opt{"timeout", &I::timeout, "\"5s\"", "How long a request may take; 0 = for ever"},
      opt{"http_headers", &I::http_headers, "{}", "Further headers"},
      opt{"http_proxy", &I::http_proxy, "\"\"",
          "URL of the proxy; empty = what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say"},
      opt{"user_agent", &I::user_agent, "\"\"", "User-Agent to send; empty = Weir"},
      opt{"content_encoding", &I::content_encoding, "\"gzip\"", "gzip or identity"},
      opt{"ping_timeout", &I::ping_timeout, "\"0s\"",
          "With TLS, not 0 asks for HTTP/2; see read_idle_timeout"}
          .advanced(),
      opt{"read_idle_timeout", &I::read_idle_timeout, "\"0s\"",
          "With TLS, not 0 asks for HTTP/2, and a connection that was not used for longer is not "
          "used again"}
          .advanced(),
      opt{"rate_limit", &I::rate_limit, "0",
          "Bytes of line protocol that may be sent in each rate_limit_period; 0 = any number"},
      opt{"rate_limit_period", &I::rate_limit_period, "\"0s\"", "The period of rate_limit"},
      opt{"concurrent_writes", &I::concurrent_writes, "1",
          "Requests at the same time; with more than one, metrics may arrive out of order"}
          .in("1..64"),
      opt{"data_format", &I::data_format, "\"influx\"", "Always influx"}.advanced()};
  static constexpr auto options = std::tuple_cat(own_options, tls_options);

  void init();
  void start();
  void stop();
  weir_status write(const delivery& rows);

 private:
  struct Server {
    std::string url;   // as it was written
    std::string base;  // of the request, up to the bucket's name
    std::string unix_socket;
    std::unique_ptr<http::Client> client;
  };
  // How far a delivery came; kept for its retry.
  struct Progress {
    std::uint64_t batch_id = 0;
    std::uint32_t row0 = 0, n_rows = 0;
    std::uint32_t next = 0;               // rows of the block from row0 up to here have their end
    std::vector<std::uint32_t> rejected;  // of those
    bool is(const weir_delivery& d) const {
      return batch_id == d.batch_id && row0 == d.row0 && n_rows == d.n_rows;
    }
  };
  Server read_url(const std::string& text) const;
  http::ClientSettings client_settings(const Server& server) const;
  void collect_fields();
  Range next_range(const delivery& rows);
  void send(std::vector<Part>& parts);
  void send_to(const Server& server, std::vector<Part>& parts);
  void send_some(const Server& server, const std::vector<Part*>& some);
  void judge(const Server& server, Part& part, const http::Answer& answer);
  weir_status answer(const delivery& rows);

  std::vector<Server> servers_;
  std::size_t first_server_ = 0;                                  // of the next write
  std::vector<std::unique_ptr<common::Compressor>> compressors_;  // one for each request at a time
  http::Fields fields_;
  RateLimit limit_;
  Progress progress_;
  std::string failure_;  // of the part that has to come again
  std::int64_t retry_after_ns_ = 0;
};

}  // namespace weir::influxdb_v2_output
