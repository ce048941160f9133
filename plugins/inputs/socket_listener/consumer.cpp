#include "plugins/inputs/socket_listener/consumer.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <weir/stream_buffer.hpp>

namespace weir::socket_listener {
namespace {

constexpr std::uint32_t least_bytes = 16U << 10;
constexpr std::uint32_t most_bytes = 256U << 10;
constexpr std::size_t record_room_bytes = std::size_t{64} << 10;
constexpr std::uint32_t headroom_bytes = 4U << 10;  // for the unfinished line before

emit_options on_lane(std::uint32_t lane) {
  emit_options o;
  o.lane = lane;
  return o;
}

// Receives into the host's own buffers: large ones while the peer fills them, none while it is silent.
class StreamConsumer final : public Consumer {
 public:
  StreamConsumer(host home, std::uint32_t lane)
      : buffer_(home, least_bytes, headroom_bytes, {}, on_lane(lane)), session_(lane) {}

  Room room() override {
    const weir_status got = buffer_.ready();
    if (got != WEIR_OK) return {got, nullptr, 0};
    return {got, buffer_.data(), buffer_.capacity()};
  }
  weir_status take(std::size_t n) override {
    last_bytes_ = n;
    const weir_status sent = buffer_.emit(n, WEIR_RAW_STREAM, session_);
    const auto size = static_cast<std::uint32_t>(buffer_.capacity());
    if (n == size && size < most_bytes) buffer_.set_capacity(std::min(size * 4, most_bytes));
    return sent;
  }
  void idle() override {
    if (last_bytes_ < buffer_.capacity() / 8) {
      buffer_.set_capacity(least_bytes);
    } else {
      buffer_.rest();
    }
  }
  weir_status finish() override { return buffer_.emit(0, WEIR_RAW_STREAM, session_, true); }
  std::uint32_t abandon() override {
    return 0;
  }  // It keeps nothing; the host knows what is not whole.

 private:
  stream_buffer buffer_;
  std::uint32_t session_;
  std::size_t last_bytes_ = 0;
};

// Keeps what is not yet a whole message, or found no room at the host.
class RecordConsumer final : public Consumer {
 public:
  RecordConsumer(std::uint32_t lane, const common::Splitter& splitter, RecordBatch& batch)
      : lane_(lane), splitter_(splitter), batch_(batch) {}

  Room room() override {
    const weir_status status = deliver();
    if (status != WEIR_OK) return {status, nullptr, 0};
    bytes_.resize(used_ + record_room_bytes);
    return {status, bytes_.data() + used_, record_room_bytes};
  }
  weir_status take(std::size_t n) override {
    used_ += n;
    const weir_status status = deliver();
    if (status == WEIR_OK && used_ > message_bytes_max) {
      throw fail("a message is larger than " + std::to_string(message_bytes_max) + " bytes");
    }
    return status;
  }
  void idle() override {
    bytes_.resize(used_);
    bytes_.shrink_to_fit();
  }
  weir_status finish() override {
    const weir_status status = deliver();
    if (status != WEIR_OK || used_ == 0) return status;
    batch_.add({bytes_.data(), used_}, lane_);
    return send(used_);
  }
  std::uint32_t abandon() override {
    std::string_view rest(bytes_.data(), used_);
    std::uint32_t n = 0;
    searched_ = 0;
    for (auto cut = first(rest); cut; cut = first(rest)) {
      rest.remove_prefix(cut->used);
      searched_ = 0;
      ++n;
    }
    used_ = 0;
    return n + (rest.empty() ? 0 : 1);
  }

 private:
  // Sends all messages that are whole.
  weir_status deliver() {
    weir_status status = WEIR_OK;
    for (bool more = true; more && status == WEIR_OK;) {
      std::size_t done = 0;
      more = collect(done);
      status = send(done);
    }
    if (status == WEIR_OK && broken_) std::rethrow_exception(broken_);
    return status;
  }
  // Adds messages to the batch until it is full (true) or there are no more. done: bytes of them.
  bool collect(std::size_t& done) {
    const std::string_view all(bytes_.data(), used_);
    while (!batch_.full()) {
      const auto cut = first(all.substr(done));
      if (!cut) return false;
      if (cut->end != cut->begin) {
        batch_.add(all.substr(done + cut->begin, cut->end - cut->begin), lane_);
      }
      done += cut->used;
      searched_ = 0;
    }
    return true;
  }
  // The messages before one that breaks the framing are good.
  std::optional<common::Splitter::Cut> first(std::string_view data) {
    try {
      return splitter_.first(data, searched_);
    } catch (const fail&) {
      broken_ = std::current_exception();
      return std::nullopt;
    }
  }
  weir_status send(std::size_t done) {
    const weir_status status = batch_.send(lane_);
    if (status == WEIR_WOULD_BLOCK) {
      batch_.drop();  // They are still here.
      searched_ = 0;
      return status;
    }
    bytes_.erase(0, done);
    used_ -= done;
    return status;
  }

  std::uint32_t lane_;
  const common::Splitter& splitter_;
  RecordBatch& batch_;
  std::string bytes_;  // the first used_ of them were received
  std::size_t used_ = 0;
  std::size_t searched_ = 0;
  std::exception_ptr broken_;
};

}  // namespace

std::unique_ptr<Consumer> make_consumer(host home, std::uint32_t lane,
                                        const common::Splitter* splitter, RecordBatch& batch) {
  if (splitter == nullptr) return std::make_unique<StreamConsumer>(home, lane);
  return std::make_unique<RecordConsumer>(lane, *splitter, batch);
}

}  // namespace weir::socket_listener
