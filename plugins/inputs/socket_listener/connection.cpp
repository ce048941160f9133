#include "plugins/inputs/socket_listener/connection.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include <weir/error.hpp>

namespace weir::socket_listener {
namespace {

// A connection that has more than this waits for the others' turn.
constexpr std::size_t turn_bytes = std::size_t{1} << 20;

}  // namespace

std::int64_t steady_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

Connection::Connection(Owner& owner, common::Poller& poller, int descriptor, std::uint32_t lane,
                       std::string peer)
    : owner_(owner),
      poller_(poller),
      descriptor_(descriptor),
      lane_(lane),
      peer_(std::move(peer)),
      last_read_ns_(steady_ns()) {}
Connection::~Connection() { close(); }

void Connection::begin(std::unique_ptr<Source> source, std::unique_ptr<Consumer> consumer) {
  source_ = std::move(source);
  consumer_ = std::move(consumer);
  watch(true);
}

void Connection::proceed() {
  settle(guarded([this] { return run(); }));
}

void Connection::end() {
  settle(guarded([this] { return finish(); }));
}

std::uint32_t Connection::drain(std::size_t bytes_max) {
  if (state_ != State::finishing && bytes_max != 0) guarded([&] { return read(bytes_max); });
  return consumer_->abandon();
}

// A stream that is broken ends as if the peer had ended it.
template <typename F>
Connection::State Connection::guarded(F&& step) {
  try {
    return step();
  } catch (const fail& why) {
    owner_.broken(*this, why.what());
  }
  try {
    return finish();
  } catch (const fail&) {  // The same again.
    return State::ended;
  }
}

Connection::State Connection::run() {
  return state_ == State::finishing ? finish() : read(turn_bytes);
}

Connection::State Connection::read(std::size_t bytes_max) {
  State state = State::again;
  for (std::size_t done = 0; state == State::again && done < bytes_max;) state = read_once(done);
  return state;
}

// again: the source has more, or may have. done grows by the bytes that were read.
Connection::State Connection::read_once(std::size_t& done) {
  const Consumer::Room room = consumer_->room();
  if (room.status != WEIR_OK) return refused(room.status);
  const Source::Result got = source_->read(room.data, room.bytes);
  const weir_status taken = got.bytes == 0 ? weir_status{WEIR_OK} : take(got.bytes);
  done += got.bytes;
  if (taken != WEIR_OK) return refused(taken);
  if (got.next == Source::Next::end) return finish();
  if (got.next == Source::Next::read) return State::again;
  wanted_ = got.next == Source::Next::wait_writable ? common::Poller::For::writing
                                                    : common::Poller::For::reading;
  consumer_->idle();
  return State::reading;
}

weir_status Connection::take(std::size_t bytes) {
  last_read_ns_ = steady_ns();
  owner_.received(bytes);
  return consumer_->take(bytes);
}

// What becomes of the connection when the host does not take more.
Connection::State Connection::refused(weir_status why) {
  return why == WEIR_WOULD_BLOCK ? State::full : State::ended;
}

Connection::State Connection::finish() {
  close();
  return consumer_->finish() == WEIR_WOULD_BLOCK ? State::finishing : State::ended;
}

void Connection::settle(State state) {
  state_ = state;
  watch(state == State::reading || state == State::again);
  if (state == State::again) owner_.again(lane_);
  if (state == State::ended) owner_.ended(lane_);
}

void Connection::watch(bool on) {
  if (descriptor_ < 0) return;
  if (on && !watched_) poller_.add(descriptor_, *this, wanted_);
  if (on && watched_ && wanted_ != watched_for_) poller_.change(descriptor_, *this, wanted_);
  if (!on && watched_) poller_.remove(descriptor_);
  watched_ = on;
  watched_for_ = wanted_;
}

void Connection::close() {
  if (descriptor_ < 0) return;
  watch(false);
  if (source_) source_->close();
  ::close(descriptor_);
  descriptor_ = -1;
  owner_.socket_closed();
}

std::size_t Connection::unread_bytes() const {
  int bytes = 0;
  if (descriptor_ < 0 || ioctl(descriptor_, FIONREAD, &bytes) != 0) return 0;
  return static_cast<std::size_t>(bytes);
}

}  // namespace weir::socket_listener
