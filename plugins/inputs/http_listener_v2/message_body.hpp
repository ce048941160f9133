#pragma once

// The body of one request on its way to the parser: received straight into a host buffer, and emitted as one
// document when all of it is there. Of a request that breaks off nothing is kept.
//
// Threads    The worker's.
// Limits     A buffer begins with first_bytes at most, whatever the request announces, and grows with what comes;
//            the server bounds the body.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/stream_buffer.hpp>

#include "plugins/common/http_server/handler.hpp"

namespace weir::http_listener {

constexpr std::uint32_t first_bytes = 64U << 10U;

// What the parser made of it.
struct Parsed {
  weir_status status = WEIR_OK;
  std::uint64_t bad = 0;
  std::string reason;
};

struct BodySettings {
  host home;
  std::uint64_t cookie = 0;
  std::uint32_t lane = 0;
  std::uint64_t bytes = 0;  // that will come; 0 = unknown
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::pair<std::string, std::string>> fields;  // of the answer
  unsigned success = 204;
  bool waits_for_safety = false;  // The answer says that the metrics cannot be lost any more.
};

class MessageBody final : public http::Body {
 public:
  // on_end: called by the destructor.
  MessageBody(BodySettings settings, std::function<void()> on_end);
  // Of a text that is not the request's body, which is read and thrown away.
  MessageBody(BodySettings settings, std::string text, std::function<void()> on_end);
  MessageBody(const MessageBody&) = delete;
  MessageBody& operator=(const MessageBody&) = delete;
  ~MessageBody() override { on_end_(); }

  Room room() override;
  void take(std::size_t n) override;
  Next finish() override;
  http::Response answer() override;

  // What the host says of the body that was emitted.
  void parsed(Parsed what);
  // What became of its metrics.
  void safe(weir_status what);

 private:
  enum class State : std::uint8_t { receiving, parsing, done };
  void judge();
  weir_status make_room();
  bool emit();

  const BodySettings settings_;
  const std::function<void()> on_end_;
  std::unique_ptr<stream_buffer> buffer_;
  std::size_t used_ = 0;
  State state_ = State::receiving;
  std::string text_;
  bool discards_ = false;
  std::optional<Parsed> outcome_;
  std::optional<weir_status> safety_;
};

}  // namespace weir::http_listener
