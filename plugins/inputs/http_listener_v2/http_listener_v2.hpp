#pragma once

// inputs.http_listener_v2: messages of any data_format as the bodies of HTTP requests.
//
// A request is answered when the parser is done with its body: 400 where records of it could not be read. With
// answer_after = "safe" one that was read is answered when every output has its metrics, or holds them on disk: 503
// where that failed, and the client has to send it again.
//
// Threads  The server's workers; each has a RequestHandler. Lanes are connections.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/http_server/listener_options.hpp"
#include "plugins/inputs/http_listener_v2/request_handler.hpp"

namespace weir::http_listener {

struct HttpListener : http::ListenerOptions {
  static constexpr info meta{"http_listener_v2", "1.0.0", "Receives messages by HTTP",
                             WEIR_OWN_THREADS | WEIR_EMITS_RAW};
  static constexpr const char* needs[] = {WEIR_EXT_LISTEN, nullptr};
  host self;
  sink* out = nullptr;  // not used: what is received goes into buffers of its own
  std::string service_address, socket_mode, path, data_source, answer_after;
  std::vector<std::string> paths, methods;
  bool path_tag{};
  map<secret> http_headers;
  map<std::string> http_header_tags;
  std::int64_t http_success_code{};

  using H = HttpListener;
  static constexpr const char* sources[] = {"body", "query"};
  static constexpr const char* moments[] = {"parsed", "safe"};
  static constexpr auto own_options = std::tuple{
      opt{"service_address", &H::service_address, "\":8080\"",
          "Address to listen on, host:port, or with tcp:// or unix:// before it"},
      opt{"socket_mode", &H::socket_mode, "\"\"", "Permissions of a unix socket, octal"},
      opt{"paths", &H::paths, "[\"/telegraf\"]", "Paths to listen to"},
      opt{"path", &H::path, "\"\"", "One more of paths"}.deprecated(),
      opt{"path_tag", &H::path_tag, "false", "Tag metrics with http_listener_v2_path"},
      opt{"methods", &H::methods, "[\"POST\", \"PUT\"]", "Methods to accept"},
      opt{"http_headers", &H::http_headers, "{}", "Headers of each answer"},
      opt{"http_success_code", &H::http_success_code, "204",
          "Status of an answer to what was taken"}
          .in("200..299"),
      opt{"max_body_size", &ListenerOptions::max_body_size, "\"500MB\"",
          "Largest body, as it is sent and decoded; 0 = 500MiB"},
      opt{"data_source", &H::data_source, "\"body\"", "What of a request is the message"}.one_of(
          sources),
      opt{"answer_after", &H::answer_after, "\"parsed\"",
          "When a request is answered: when it is parsed, or when its metrics are safe in every "
          "output or its queue on disk"}
          .one_of(moments),
      opt{"http_header_tags", &H::http_header_tags, "{}",
          "Headers of requests that become tags: their names, and the tags'"}};
  static constexpr auto options = std::tuple_cat(own_options, listener_options);

  void init();
  void start();
  void stop();
  void parsed(const weir_ev_parsed& event);
  void ack(std::uint64_t cookie, weir_status status);
  void resume(std::uint32_t lane);

 private:
  void tell(std::uint32_t worker, News news);

  HandlerSettings handling_;
  std::vector<std::unique_ptr<Inbox>> inboxes_;
  http::Listener listener_;
};

}  // namespace weir::http_listener
