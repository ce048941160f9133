#include "plugins/inputs/http_listener_v2/message_body.hpp"

#include <algorithm>
#include <array>

#include "plugins/common/http_server/meter.hpp"

namespace weir::http_listener {
namespace {

std::uint32_t first_capacity(const BodySettings& s) {
  return s.bytes == 0 ? first_bytes
                      : static_cast<std::uint32_t>(std::min<std::uint64_t>(s.bytes, first_bytes));
}

std::unique_ptr<stream_buffer> make_buffer(const BodySettings& s, std::uint32_t capacity) {
  emit_options options;
  options.lane = s.lane;
  options.cookie = s.cookie;
  options.flags = WEIR_EMIT_PARSED;
  if (s.waits_for_safety) options.flags |= WEIR_EMIT_ACKED;
  auto buffer =
      std::make_unique<stream_buffer>(s.home, capacity, 0U, std::initializer_list<tag>{}, options);
  if (s.tags.empty()) return buffer;
  std::vector<tag> tags;
  tags.reserve(s.tags.size());
  for (const auto& [key, value] : s.tags) tags.push_back({key, value});
  buffer->set_tags(tags);
  return buffer;
}

// True when there is room, false when it comes later.
bool has_room(weir_status status) {
  if (status == WEIR_OK || status == WEIR_WOULD_BLOCK) return status == WEIR_OK;
  throw http::NoRoom();
}

}  // namespace

MessageBody::MessageBody(BodySettings settings, std::function<void()> on_end)
    : settings_(std::move(settings)),
      on_end_(std::move(on_end)),
      buffer_(make_buffer(settings_, first_capacity(settings_))) {}

MessageBody::MessageBody(BodySettings settings, std::string text, std::function<void()> on_end)
    : MessageBody(std::move(settings), std::move(on_end)) {
  text_ = std::move(text);
  discards_ = true;
}

http::Body::Room MessageBody::room() {
  static thread_local std::array<char, 4096> nowhere;  // what is written there means nothing
  if (discards_) return {Next::go_on, nowhere.data(), nowhere.size()};
  if (!has_room(make_room())) return {Next::wait, nullptr, 0};
  return {Next::go_on, buffer_->data() + used_, buffer_->capacity() - used_};
}

void MessageBody::take(std::size_t n) {
  if (!discards_) used_ += n;
}

// A full buffer is exchanged for one twice as large, or as large as the body is to be.
weir_status MessageBody::make_room() {
  if (const weir_status got = buffer_->ready(); got != WEIR_OK) return got;
  if (used_ < buffer_->capacity()) return WEIR_OK;
  const std::uint64_t most = settings_.bytes > used_ ? settings_.bytes : used_ * 2;
  auto larger =
      make_buffer(settings_, static_cast<std::uint32_t>(std::min<std::uint64_t>(used_ * 2, most)));
  if (const weir_status got = larger->ready(); got != WEIR_OK) return got;
  std::copy_n(buffer_->data(), used_, larger->data());
  buffer_ = std::move(larger);
  return WEIR_OK;
}

http::Body::Next MessageBody::finish() {
  if (!text_.empty()) {
    buffer_->set_capacity(static_cast<std::uint32_t>(text_.size()));
    if (!has_room(buffer_->ready())) return Next::wait;
    used_ = text_.copy(buffer_->data(), text_.size());
    text_.clear();
  }
  if (state_ == State::receiving) state_ = emit() ? State::parsing : State::done;
  return state_ == State::done ? Next::answer : Next::wait;
}

// False where there is nothing to parse.
bool MessageBody::emit() {
  if (used_ == 0) return false;
  if (buffer_->emit(used_, WEIR_RAW_DOCUMENT, 0, true) != WEIR_OK) throw http::NoRoom();
  buffer_->rest();
  return true;
}

void MessageBody::parsed(Parsed what) {
  outcome_ = std::move(what);
  judge();
}

void MessageBody::safe(weir_status what) {
  safety_ = what;
  judge();
}

// What could not be read will not become better by waiting.
void MessageBody::judge() {
  if (!outcome_) return;
  const bool read = outcome_->status == WEIR_OK && outcome_->bad == 0;
  if (!read || !settings_.waits_for_safety || safety_) state_ = State::done;
}

// What could be read is kept, whatever the answer.
http::Response MessageBody::answer() {
  http::Response response;
  response.status = settings_.success;
  if (outcome_ && outcome_->status != WEIR_OK) {
    response = http::error_response(503, "http: the agent is stopping");
  } else if (outcome_ && outcome_->bad != 0) {
    response =
        http::error_response(400, "http: bad request: " + std::to_string(outcome_->bad) +
                                      " records could not be read, the first: " + outcome_->reason);
  } else if (safety_.value_or(WEIR_OK) != WEIR_OK) {
    response = http::error_response(503, "http: the metrics are not safe: send them again");
    response.set("Retry-After", "1");
  }
  for (const auto& [name, value] : settings_.fields) response.set(name, value);
  return response;
}

}  // namespace weir::http_listener
