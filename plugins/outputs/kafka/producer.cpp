#include "plugins/outputs/kafka/producer.hpp"

#include <sys/types.h>

#include <array>
#include <chrono>
#include <limits>

namespace weir::kafka_output {
namespace {

constexpr int full_step_ms = 10;
constexpr int event_wait_ms = 1000;
constexpr int last_fates_ms = 1000;
constexpr std::size_t fates_at_once = 1024;

void* input_of(std::string_view bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the library copies it
  return const_cast<char*>(bytes.data());
}

}  // namespace

Producer::Producer(const Settings& settings, host home, Listener listener, const BearerToken* token)
    : home_(home), listener_(std::move(listener)) {
  kafka::Conf conf = kafka::make_conf(settings);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  client_.reset(kafka::make_client(RD_KAFKA_PRODUCER, std::move(conf)));
  if (token != nullptr) kafka::set_token(client_.get(), *token);
  events_.reset(rd_kafka_queue_get_main(client_.get()));
  listening_ = std::thread([this] { listen(); });
}

Producer::~Producer() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  ending_ = true;
  rd_kafka_queue_yield(events_.get());
  if (listening_.joinable()) listening_.join();
}

void Producer::listen() {
  const auto wait_ms = [this] { return ending_ ? last_fates_ms : event_wait_ms; };
  while (!ending_ || rd_kafka_outq_len(client_.get()) > 0) {
    rd_kafka_event_t* const event = rd_kafka_queue_poll(events_.get(), wait_ms());
    if (event != nullptr) {
      hear(event);
      rd_kafka_event_destroy(event);
    } else if (ending_ && rd_kafka_outq_len(client_.get()) > 0) {
      return;  // What was purged has been told; nothing else comes.
    }
  }
}

void Producer::hear(rd_kafka_event_t* event) {
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
    const std::lock_guard lock(error_mutex_);
    last_error_ = std::string(rd_kafka_err2str(rd_kafka_event_error(event))) + ": " +
                  rd_kafka_event_error_string(event);
    return;
  }
  heard_.clear();
  while (const rd_kafka_message_t* m = rd_kafka_event_message_next(event)) {
    heard_.push_back({reinterpret_cast<std::uintptr_t>(m->_private), m->err});
    if (heard_.size() < fates_at_once) continue;
    listener_(heard_);
    heard_.clear();
  }
  if (!heard_.empty()) listener_(heard_);
}

void Producer::on_log(const rd_kafka_t* client, int level, const char*, const char* text) {
  const auto* me = static_cast<const Producer*>(rd_kafka_opaque(client));
  if (me == nullptr || !me->home_) return;
  kafka::log_line(me->home_, level, text);
}

std::string Producer::unreachable(int timeout_ms) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client_.get(), 0, nullptr, &metadata, timeout_ms);
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const std::lock_guard lock(error_mutex_);
  return last_error_.empty() ? rd_kafka_err2str(error) : last_error_;
}

// Null where the library takes no such name; rd_kafka_last_error() says why.
rd_kafka_topic_t* Producer::topic_of(const std::string& name) {
  const auto known = topics_.find(name);
  if (known != topics_.end()) return known->second.get();
  if (topics_.size() == topics_max) topics_.clear();
  Topic made(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  return made ? topics_.emplace(name, std::move(made)).first->second.get() : nullptr;
}

rd_kafka_resp_err_t Producer::try_send(const Message& m) {
  rd_kafka_topic_t* const topic = topic_of(m.topic);
  if (topic == nullptr) return rd_kafka_last_error();
  rd_kafka_headers_t* headers = nullptr;
  if (!m.headers.empty()) {
    headers = rd_kafka_headers_new(m.headers.size());
    for (const auto& [name, value] : m.headers) {
      rd_kafka_header_add(headers, name.c_str(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
  }
  std::array<rd_kafka_vu_t, 8> v{};
  std::size_t n = 0;
  v[n].vtype = RD_KAFKA_VTYPE_RKT, v[n++].u.rkt = topic;
  v[n].vtype = RD_KAFKA_VTYPE_VALUE, v[n].u.mem.ptr = input_of(m.value),
  v[n++].u.mem.size = m.value.size();
  if (m.key.data() != nullptr) {
    v[n].vtype = RD_KAFKA_VTYPE_KEY, v[n].u.mem.ptr = input_of(m.key),
    v[n++].u.mem.size = m.key.size();
  }
  v[n].vtype = RD_KAFKA_VTYPE_MSGFLAGS, v[n++].u.i = RD_KAFKA_MSG_F_COPY;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the library gives the number back as it is
  v[n].vtype = RD_KAFKA_VTYPE_OPAQUE, v[n++].u.ptr = reinterpret_cast<void*>(std::uintptr_t{m.tag});
  if (m.time_ms > 0) v[n].vtype = RD_KAFKA_VTYPE_TIMESTAMP, v[n++].u.i64 = m.time_ms;
  if (headers != nullptr) v[n].vtype = RD_KAFKA_VTYPE_HEADERS, v[n++].u.headers = headers;
  rd_kafka_error_t* failed = rd_kafka_produceva(client_.get(), v.data(), n);
  if (failed == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const rd_kafka_resp_err_t error = rd_kafka_error_code(failed);
  rd_kafka_error_destroy(failed);
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  return error;
}

rd_kafka_resp_err_t Producer::send(const Message& message, int timeout_ms) {
  rd_kafka_resp_err_t error = try_send(message);
  for (int waited = 0; error == RD_KAFKA_RESP_ERR__QUEUE_FULL && waited < timeout_ms;
       waited += full_step_ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(full_step_ms));
    error = try_send(message);
  }
  return error;
}

std::string Producer::fatal() const {
  std::array<char, 512> why{};
  if (rd_kafka_fatal_error(client_.get(), why.data(), why.size()) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {};
  }
  return why.data();
}

}  // namespace weir::kafka_output
