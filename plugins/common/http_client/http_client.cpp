#include "plugins/common/http_client/http_client.hpp"

#include <algorithm>
#include <new>
#include <optional>

#include <curl/curl.h>

#include <weir/error.hpp>

#include "plugins/common/http_client/transfer.hpp"
#include "plugins/common/sockets/steady_clock.hpp"

namespace weir::http {
namespace {

// Where a time has to be watched that libcurl does not know of.
constexpr int watching_ms = 20;
constexpr int waiting_ms = 1000;
// Of connections; libcurl's own choice depends on the moment.
constexpr std::uint32_t any_number = 1024;

// The process's one time; libcurl counts how often.
void begin_library() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
}

}  // namespace

class Client::Impl {
 public:
  explicit Impl(ClientSettings settings)
      : settings_(std::move(settings)), multi_(curl_multi_init()), share_(curl_share_init()) {
    if (multi_ == nullptr || share_ == nullptr) {
      end_library();
      throw std::bad_alloc();
    }
    curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    const std::uint32_t kept = settings_.connections_max;
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(kept != 0 ? kept : any_number));
    transfers_.push_back(std::make_unique<Transfer>(settings_, share_));
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    transfers_.clear();
    end_library();
  }

  std::vector<Answer> send_all(std::span<const ClientRequest> requests) {
    transfers_.reserve(requests.size());
    while (transfers_.size() < requests.size()) {
      transfers_.push_back(std::make_unique<Transfer>(settings_, share_));
    }
    std::vector<std::optional<Answer>> answers(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) transfers_[i]->begin(requests[i]);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      curl_multi_add_handle(multi_, transfers_[i]->handle());
    }
    for (std::size_t open = requests.size(); open != 0;) {
      open -= advance(answers);
      if (open != 0) open -= give_up_on_overdue(answers);
      if (open != 0) curl_multi_poll(multi_, nullptr, 0, pause_ms(), nullptr);
    }
    std::vector<Answer> all;
    all.reserve(answers.size());
    for (auto& answer : answers) all.push_back(std::move(answer).value_or(Answer{}));
    return all;
  }

 private:
  void end_library() {
    curl_multi_cleanup(multi_);
    curl_share_cleanup(share_);
    curl_global_cleanup();
  }
  int pause_ms() const { return settings_.response_timeout_ns > 0 ? watching_ms : waiting_ms; }

  // Returns how many were answered.
  std::size_t advance(std::vector<std::optional<Answer>>& answers) {
    int running = 0;
    if (curl_multi_perform(multi_, &running) != CURLM_OK) throw std::bad_alloc();
    std::size_t done = 0;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const std::size_t i = index_of(message->easy_handle);
      answers[i] = transfers_[i]->end(code);
      curl_multi_remove_handle(multi_, transfers_[i]->handle());
      ++done;
    }
    return done;
  }
  std::size_t index_of(const CURL* handle) const {
    const auto at = std::find_if(transfers_.begin(), transfers_.end(),
                                 [&](const auto& t) { return t->handle() == handle; });
    return static_cast<std::size_t>(at - transfers_.begin());
  }
  std::size_t give_up_on_overdue(std::vector<std::optional<Answer>>& answers) {
    if (settings_.response_timeout_ns <= 0) return 0;
    std::size_t done = 0;
    const std::int64_t now = common::steady_ns();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i] || !transfers_[i]->overdue(now)) continue;
      curl_multi_remove_handle(multi_, transfers_[i]->handle());
      answers[i] = transfers_[i]->end("no answer has begun within the response timeout");
      ++done;
    }
    return done;
  }

  const ClientSettings settings_;
  CURLM* multi_;
  CURLSH* share_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
};

Client::Client(ClientSettings settings) {
  begin_library();
  impl_ = std::make_unique<Impl>(std::move(settings));
}
Client::~Client() = default;

Answer Client::send(const ClientRequest& request) {
  Answer answer = std::move(impl_->send_all({&request, 1}).front());
  if (answer.status == 0) throw retry(answer.failure);
  return answer;
}

std::vector<Answer> Client::send_all(std::span<const ClientRequest> requests) {
  return impl_->send_all(requests);
}

}  // namespace weir::http
