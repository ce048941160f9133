#pragma once

// One request on its way, as a handle of libcurl.
//
// Threads    One thread at a time.
// Ownership  Owns its handle, which is used again for the next request.

#include <curl/curl.h>

#include "plugins/common/http_client/http_client.hpp"

namespace weir::http {

class Transfer {
 public:
  // share: of cookies.
  Transfer(const ClientSettings& settings, CURLSH* share);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  CURL* handle() const { return handle_; }
  void begin(const ClientRequest& request);
  // The request was sent and no answer has begun for longer than response_timeout_ns.
  bool overdue(std::int64_t now_ns);
  Answer end(CURLcode code);
  Answer end(std::string failure);

 private:
  template <typename T>
  void set(CURLoption option, T value, const char* what);
  void set_up();
  void set_proxy();
  void set_tls();
  void set_method(const ClientRequest& request);
  void set_target(const ClientRequest& request);
  void set_body_target(const ClientRequest& request);
  void add_fields(const Fields* fields);
  void add_line(const std::string& line);
  void clear();

  static std::size_t on_body(const char* data, std::size_t size, std::size_t n, void* self);
  static std::size_t on_field(const char* data, std::size_t size, std::size_t n, void* self);
  static CURLcode on_tls(CURL* handle, void* context, void* self);

  const ClientSettings& settings_;
  CURL* handle_;
  curl_slist* lines_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  std::string url_;
  std::uint64_t sent_max_ = 0;  // bytes of the request's body
  std::int64_t sent_at_ns_ = 0;
  bool begun_ = false;  // the answer
  bool too_large_ = false;
  bool local_ = false;  // over a socket of the file system
  std::string* into_ = nullptr;
  std::size_t into_bytes_max_ = 0;
  Answer answer_;
  std::string tls_failure_;
  char problem_[CURL_ERROR_SIZE] = {};
};

}  // namespace weir::http
