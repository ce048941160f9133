#pragma once

// One accepted connection.
//
// A connection whose lane is full is not watched: nothing is read until it is resumed, and no other
// connection waits for it. When its peer has ended but the host has no room for the end of the session,
// the socket is closed and the rest waits alone.
//
// Threads    The server's.
// Ownership  Owns its descriptor.
// Errors     A stream that breaks TLS, its encoding or its framing is told to the owner and ended.

#include <cstdint>
#include <memory>
#include <string>

#include "plugins/common/sockets/poller.hpp"
#include "plugins/inputs/socket_listener/consumer.hpp"
#include "plugins/inputs/socket_listener/source.hpp"

namespace weir::socket_listener {

class Connection final : public common::Poller::Handler {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void received(std::size_t bytes) = 0;
    virtual void broken(const Connection& connection, const char* why) = 0;
    virtual void socket_closed() = 0;
    // More can be read without waiting for the socket: proceed() is to be called soon.
    virtual void again(std::uint32_t lane) = 0;
    // The connection may be destroyed in this call.
    virtual void ended(std::uint32_t lane) = 0;
  };

  Connection(Owner& owner, common::Poller& poller, int descriptor, std::uint32_t lane,
             std::string peer);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  void begin(std::unique_ptr<Source> source, std::unique_ptr<Consumer> consumer);
  void on_ready() override { proceed(); }
  // Reads, or tries again what found no room. May destroy this object.
  void proceed();
  // Ends the session as if the peer had. May destroy this object.
  void end();
  // The agent stops: reads what is there, at most that much. The session does not end, so that no record
  // is made of a part of one. Returns how many messages could not be handed on.
  std::uint32_t drain(std::size_t bytes_max);

  const std::string& peer() const { return peer_; }
  std::int64_t last_read_ns() const { return last_read_ns_; }
  // Whether it waits for its peer, not for the host.
  bool waits_for_peer() const { return state_ == State::reading; }
  // Bytes in the socket that were not read.
  std::size_t unread_bytes() const;

 private:
  enum class State : std::uint8_t { reading, again, full, finishing, ended };

  template <typename F>
  State guarded(F&& step);
  State run();
  State read(std::size_t bytes_max);
  State read_once(std::size_t& done);
  weir_status take(std::size_t bytes);
  static State refused(weir_status why);
  State finish();
  void settle(State state);
  void watch(bool on);
  void close();

  Owner& owner_;
  common::Poller& poller_;
  int descriptor_;
  std::uint32_t lane_;
  std::string peer_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Consumer> consumer_;
  State state_ = State::reading;
  bool watched_ = false;
  common::Poller::For wanted_ = common::Poller::For::reading;
  common::Poller::For watched_for_ = common::Poller::For::reading;
  std::int64_t last_read_ns_;
};

// Nanoseconds of the steady clock.
std::int64_t steady_ns();

}  // namespace weir::socket_listener
