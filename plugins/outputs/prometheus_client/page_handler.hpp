#pragma once

// Answers scrapes.
//
// Threads  The server's; the page is made there too.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/http_server/handler.hpp"
#include "plugins/outputs/prometheus_client/networks.hpp"

namespace weir::prometheus_client {

struct PageSettings {
  std::string path;
  std::string authorization;  // what the field has to be; empty = open to all
  Networks networks;
  std::vector<std::pair<std::string, std::string>> fields;  // of each answer
  std::function<std::string()> page;
  std::function<void(const std::string& why)> warn;
};

class PageHandler final : public http::Handler {
 public:
  explicit PageHandler(PageSettings settings) : settings_(std::move(settings)) {}

  Reception begin(const http::Request& request, http::ConnectionId connection) override;
  http::Response refusal(unsigned status, std::string_view why) override;
  void broken(const std::string& peer, const char* why) override;

 private:
  http::Response respond(const http::Request& request);
  http::Response page(const http::Request& request);

  PageSettings settings_;
  common::Compressor gzip_{common::Encoding::gzip, 1};
};

}  // namespace weir::prometheus_client
