#pragma once

// Sends HTTP requests, by libcurl: one after the other or several at once, over connections that are kept.
//
// Threads    One thread at a time. send() waits.
// Ownership  Texts of a request are borrowed for the call; answers are copies.
// Errors     No answer (no connection, a timeout, TLS that is not valid): the text of the answer's failure says
//            why; send() throws it as weir::retry. Settings that libcurl refuses throw weir::config_error.
// Limits     answer_bytes_max of an answer's body are kept, the rest is read and thrown away; or what
//            the request says where it has a place for it. At most redirects_max redirections are
//            followed.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/tls/tls_client.hpp"

namespace weir::http {

constexpr std::size_t answer_bytes_max = std::size_t{64} << 10;
constexpr long redirects_max = 10;
// A server that asks for more patience is asked again after this time.
constexpr std::int64_t retry_after_max_ns = 600'000'000'000;

struct ClientSettings {
  std::int64_t timeout_ns = 0;  // for the whole of a request; 0 = none
  std::int64_t response_timeout_ns =
      0;                              // for the answer to begin, when the request is sent; 0 = none
  std::int64_t idle_timeout_ns = 0;   // a connection unused for longer is not used again; 0 = none
  std::uint32_t connections_max = 0;  // kept open; 0 = any number
  std::string local_address;          // an address, name or interface; empty = the system's
  std::string proxy;                  // URL; empty = none but for system_proxy
  bool system_proxy = false;          // by the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)
  std::string unix_socket;            // path to connect to instead of the URL's host; empty = none
  bool http2 = false;                 // try HTTP/2, with TLS
  bool takes_gzip = false;            // ask for compressed answers; they are decompressed
  common::TlsClientOptions tls;
  std::string tls_key_password;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

struct ClientRequest {
  std::string_view method = "POST";
  std::string_view url;
  const Fields* fields = nullptr;
  const Fields* more_fields = nullptr;  // behind those
  std::string_view body;
  std::string_view unix_socket{};  // instead of the settings'
  // Where the body of the answer goes instead of into the answer. One of more than into_bytes_max
  // ends the request.
  std::string* into = nullptr;
  std::size_t into_bytes_max = 0;
};

struct Answer {
  unsigned status = 0;  // 0 = none came
  std::string failure;  // why none came
  std::string body;
  Fields fields;                    // of the last answer, where it was redirected
  bool too_large = false;           // none came, since it has more than into_bytes_max
  std::int64_t retry_after_ns = 0;  // what the server asked for; 0 = nothing
  std::int64_t begun_after_ns = 0;  // from the request's begin

  bool good() const { return status >= 200 && status < 300; }
  // A field in whatever case; empty where there is none.
  std::string_view field(std::string_view name) const;
  // "503 Service Unavailable: first line of the body", for messages.
  std::string text() const;
};

class Client {
 public:
  explicit Client(ClientSettings settings);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // Throws weir::retry where no answer came.
  Answer send(const ClientRequest& request);
  // All at the same time; answers in the order of the requests.
  std::vector<Answer> send_all(std::span<const ClientRequest> requests);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::http
